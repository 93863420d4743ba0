package dev.hanse.control.membership;

import dev.hanse.api.RegionId;

/** What a control plane counts. Implementations must be cheap, thread-safe and never throw. */
public interface ControlMetrics {
  /** Counts nothing. */
  ControlMetrics NONE = new ControlMetrics() {};

  /** A Hello was answered; {@code code} is {@code granted} or that of the refusal. */
  default void hello(String code) {}

  /** A beat was folded. */
  default void beat(BeatOutcome outcome) {}

  /** A bid was judged; {@code code} is {@code accepted} or that of the refusal. */
  default void bid(String code) {}

  /** A version of the view was published. */
  default void published(long version, int members) {}

  /** A watcher was sent everything instead of a delta. */
  default void snapshotSent() {}

  /** A watcher confirmed a version. */
  default void acked() {}

  /** A watcher refused a version. */
  default void nacked() {}

  /** An update of a remote region was folded; {@code outcome} is its class in lower case. */
  default void federated(RegionId region, String outcome) {}

  /** A caller was refused for who it is. */
  default void peerRefused(String method) {}

  /** Something was refused because a bound was reached. */
  default void boundHit(String bound) {}

  /** Everybody was judged anew, after a start or a change of trust; {@code withdrawn} fell. */
  default void rejudged(int standing, int withdrawn) {}

  /** State could not be made durable. */
  default void saveFailed() {}
}
