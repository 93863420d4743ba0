package dev.hanse.provider.simulated;

import java.time.Duration;

/** A way for a simulated engine to misbehave. Counts of tokens are over all choices together. */
public sealed interface Fault {
  /** As it should be. */
  record None() implements Fault {}

  /** Refuses before the first byte with an engine error; {@code status} is 500 to 599. */
  record FailBeforeHeaders(int status) implements Fault {
    public FailBeforeHeaders {
      if (status < 500 || status > 599) {
        throw new IllegalArgumentException("status must be 500 to 599, was " + status);
      }
    }
  }

  /** Refuses as if a rate were exceeded. */
  record RateLimited(Duration retryAfter) implements Fault {}

  /** Stops in the middle, after that many tokens. */
  record CutAfter(int tokens) implements Fault {
    public CutAfter {
      checkTokens(tokens);
    }
  }

  /** Says nothing more after that many tokens, and never ends by itself. */
  record StallAfter(int tokens) implements Fault {
    public StallAfter {
      checkTokens(tokens);
    }
  }

  /** Answers something that is not a chunk after that many tokens. */
  record MalformedAfter(int tokens) implements Fault {
    public MalformedAfter {
      checkTokens(tokens);
    }
  }

  /** Holds the answer back until {@code delay} of real time has passed since the request. */
  record SlowFirstToken(Duration delay) implements Fault {}

  private static void checkTokens(int tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens must not be negative, was " + tokens);
    }
  }
}
