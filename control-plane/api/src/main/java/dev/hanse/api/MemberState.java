package dev.hanse.api;

/** Whether a member takes work. */
public enum MemberState {
  READY,
  /** Finishes what it has and takes nothing new. */
  DRAINING,
  /** Its engine does not answer. */
  UNHEALTHY
}
