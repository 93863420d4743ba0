package dev.hanse.hash;

/** What a member's fair share of the load, and so its bound, is in proportion to. */
public enum FairShare {
  /**
   * To its weight, as its share of the keys: the published rule. Right where weight says nothing
   * but capacity.
   */
  WEIGHT,
  /**
   * To its hard cap. Right where weights hold prices as well: weight then decides whom a key
   * prefers, and capacity how much anybody is made to hold. By weight, a cheap member's bound would
   * grow with the total until it queues for minutes, while dear ones refuse what it passes on.
   */
  CAPACITY
}
