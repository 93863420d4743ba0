package dev.hanse.control.membership;

/** What a beat did. */
public enum BeatOutcome {
  /** The lease runs from now again. */
  RENEWED,
  /** It repeated or preceded one already folded: nothing changed, the lease runs as before. */
  LATE,
  /** The node holds no lease: it must say Hello. */
  NO_LEASE,
  /** Another incarnation of the node holds the lease. */
  SUPERSEDED
}
