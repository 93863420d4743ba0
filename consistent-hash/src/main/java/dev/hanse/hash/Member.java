package dev.hanse.hash;

/**
 * A node that keys can be placed on.
 *
 * @param id unique among the members; decides, with the table's seed, which keys prefer it
 * @param zone where it is, for example a region; members of the placement's own zone are preferred
 * @param weight its share of the keys relative to the other members' weights; any unit, 1e-12 to
 *     1e18, see {@link Weights}
 * @param hardCapTokens tokens of work it holds at once and never more; above zero
 */
public record Member(String id, String zone, double weight, long hardCapTokens) {
  /**
   * Checks the member.
   *
   * @throws RefusedMembership when a part is out of range
   */
  public Member {
    if (id.isBlank()) {
      throw new RefusedMembership(RefusedMembership.Reason.BLANK_ID, "a member's id is blank");
    }
    if (!(weight >= 1e-12 && weight <= 1e18)) {
      throw new RefusedMembership(
          RefusedMembership.Reason.WEIGHT_OUT_OF_RANGE,
          "weight of " + id + " must be 1e-12 to 1e18, was " + weight);
    }
    if (hardCapTokens <= 0) {
      throw new RefusedMembership(
          RefusedMembership.Reason.CAPACITY_OUT_OF_RANGE,
          "hard cap of " + id + " must be above zero tokens, was " + hardCapTokens);
    }
  }

  /** The same member with another weight. */
  public Member withWeight(double newWeight) {
    return new Member(id, zone, newWeight, hardCapTokens);
  }
}
