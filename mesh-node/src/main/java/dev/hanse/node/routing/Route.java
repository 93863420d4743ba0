package dev.hanse.node.routing;

import java.time.Duration;

/** What placement decided. */
public sealed interface Route {
  /** A node was chosen and its work reserved; whoever receives this must release the lease. */
  record Leased(Placed placed, Lease lease) implements Route {}

  /**
   * No node.
   *
   * @param detail in one line of printable ASCII, what ruled the nodes out
   * @param retryAfter how long to wait before another try makes sense; zero where none does
   */
  record Refused(Reason reason, String detail, Duration retryAfter) implements Route {}

  /** Why no node was chosen, one value per way of reacting to it. */
  enum Reason {
    /** No member offers the model. */
    MODEL_UNKNOWN,
    /** The prompt is longer than any context on offer. */
    CONTEXT_TOO_LONG,
    /** The request's own limits, or its operation, exclude every member. */
    NONE_ELIGIBLE,
    /** Members that would do are draining, failing, or not attested at the moment. */
    UNAVAILABLE,
    /** Every member that would do is at its cap. */
    FULL
  }
}
