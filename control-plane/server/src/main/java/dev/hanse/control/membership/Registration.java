package dev.hanse.control.membership;

import java.time.Duration;

/** The answer to a Hello. */
public sealed interface Registration {
  /**
   * The node holds a lease.
   *
   * @param drain whether an operator wants it to take nothing new
   */
  record Granted(boolean drain) implements Registration {}

  /**
   * The node holds none.
   *
   * @param code stable and machine-readable
   * @param retryAfter zero: not to be tried again unchanged
   */
  record Refused(String code, String message, Duration retryAfter) implements Registration {}
}
