package dev.hanse.hash;

import java.util.List;

/**
 * What placing a key would do at this moment, and why. A picture for people: by the time it is read
 * the loads have changed.
 *
 * @param key the key's hash
 * @param slot the slot it falls in
 * @param hotWays over how many preferences it is being split; 1 for a key that is not hot
 * @param steps the members in the order they are asked, local zone first
 */
public record Explanation(long key, int slot, int hotWays, List<Step> steps) {
  public Explanation {
    steps = List.copyOf(steps);
  }

  /**
   * One member asked.
   *
   * @param rank 0 for the first choice
   * @param local whether it is in the placement's own zone
   * @param inFlightTokens its work, that of other edges included
   * @param softTokens at this much and above it passes keys on
   * @param hardTokens never more than this
   */
  public record Step(
      int rank,
      Member member,
      boolean local,
      long inFlightTokens,
      long softTokens,
      long hardTokens,
      Verdict verdict) {}

  /** What a member answers. */
  public enum Verdict {
    ADMITS,
    INELIGIBLE,
    OVER_BOUND,
    OVER_HARD_CAP
  }
}
