package dev.hanse.node.admission;

import java.time.Duration;

/** Whether a request may go on. */
public sealed interface Admission {
  /** It may; {@code claim} must be settled or abandoned in the end. */
  record Admitted(Claim claim) implements Admission {}

  /**
   * It may not.
   *
   * @param retryAfter when it could be admitted; zero when waiting does not help
   */
  record Refused(Reason reason, Duration retryAfter) implements Admission {}

  /** Why not. */
  enum Reason {
    MODEL_NOT_ALLOWED,
    REQUEST_OR_TOKEN_RATE,
    /** The request alone is larger than the key's tokens per minute. */
    LARGER_THAN_TOKEN_LIMIT,
    KEY_IN_FLIGHT,
    EDGE_IN_FLIGHT,
    EDGE_BYTES
  }
}
