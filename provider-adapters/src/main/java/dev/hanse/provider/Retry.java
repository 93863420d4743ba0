package dev.hanse.provider;

import java.time.Duration;

/** Whether a failed request may be tried again, where, and when. */
public sealed interface Retry {
  /** It would fail the same way everywhere. */
  record Never() implements Retry {}

  /** The same engine may succeed after a pause; another one as well. */
  record Here(Duration after) implements Retry {}

  /** Another engine may succeed at once; this one not before {@code after}. */
  record Elsewhere(Duration after) implements Retry {}
}
