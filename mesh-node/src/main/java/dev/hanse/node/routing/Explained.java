package dev.hanse.node.routing;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Where a request would be placed at this moment, and why. A picture for people: nothing was
 * reserved, and by the time it is read loads have changed.
 *
 * @param key what consistent hashing places it by
 * @param blocks of prompt in its prefix chain
 * @param promptTokens estimate of the prompt's length
 * @param steps the nodes in the order they are asked, then those that are not asked at all
 * @param chosen the node it would go to; empty where nobody listed admits it
 * @param outcome in one line of printable ASCII, what became of it
 */
public record Explained(
    ModelId model,
    long key,
    int blocks,
    long promptTokens,
    List<Step> steps,
    Optional<NodeId> chosen,
    String outcome) {
  public Explained {
    steps = List.copyOf(steps);
  }

  /**
   * One node asked, or not.
   *
   * @param how what brings the node into play: {@code prefix}, {@code key}, {@code hot key} for one
   *     that is being split, {@code order} or {@code sort}; {@code -} where nothing does
   * @param rank its place in the key's preference list of its region, 0 for the first choice; empty
   *     where it is asked for another reason
   * @param price what a lease would lock in
   * @param epoch of the quote that price is from
   * @param weight its weight in its region's ring; 0 where it is in none
   * @param share share of its region's keys whose first choice it is, 0 to 1
   * @param blocksHeld blocks of the prompt it probably holds
   * @param workTokens what the request would reserve on it: uncached prefill and expected decode
   * @param inFlightTokens work on it, that of other edges included
   * @param softTokens at this much and above it passes requests on
   * @param hardTokens never more than this from here
   * @param because in plain words; never empty
   */
  public record Step(
      String how,
      OptionalInt rank,
      NodeId node,
      RegionId region,
      Price price,
      OptionalLong epoch,
      double weight,
      double share,
      int blocksHeld,
      long workTokens,
      long inFlightTokens,
      long softTokens,
      long hardTokens,
      Verdict verdict,
      String because) {}

  /** What becomes of a step. */
  public enum Verdict {
    /** It goes here. */
    CHOSEN,
    /** It would have gone here, had nobody before taken it. */
    WOULD_DO,
    /** The request's own limits, or the node's state, rule it out. */
    EXCLUDED,
    /** Above its soft bound. */
    OVER_BOUND,
    /** No room under its hard cap. */
    FULL,
    /** Eligible, and not on the key's list in its region. */
    NOT_ASKED
  }
}
