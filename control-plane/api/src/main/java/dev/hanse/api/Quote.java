package dev.hanse.api;

/**
 * What one node sells one model at in one epoch, and how much of its region's work it is to get.
 * Made by the region's control plane out of the node's bid; edges use it as it is.
 *
 * @param epoch the one since which it is sold so; rises. Epochs of one region compare, those of
 *     different regions do not. 0 for what was never for sale
 * @param price what is leased and settled for requests placed in this epoch
 * @param weightMillionths share of the work relative to the region's other nodes, in millionths of
 *     a token of capacity at the reference cost; 0 to {@link #MAX_WEIGHT_MILLIONTHS}, 0 for a node
 *     that is not for sale in this epoch
 * @param effectiveCostMicrosPerMtok what a million tokens of expected traffic cost in micro-USD,
 *     with penalties for failing, latency and egress; 0 to {@link #MAX_EFFECTIVE_COST}
 */
public record Quote(
    long epoch, Price price, long weightMillionths, long effectiveCostMicrosPerMtok) {
  /** A billion tokens of capacity, 64 times cheaper than the reference, with room to spare. */
  public static final long MAX_WEIGHT_MILLIONTHS = 100_000_000_000_000_000L;

  /** A thousand times the highest price. */
  public static final long MAX_EFFECTIVE_COST = 1_000 * Price.MAX_MICROS_PER_MTOK;

  private static final double MILLIONTHS = 1e6;

  public Quote {
    check("epoch", epoch, Long.MAX_VALUE);
    check("weightMillionths", weightMillionths, MAX_WEIGHT_MILLIONTHS);
    check("effectiveCostMicrosPerMtok", effectiveCostMicrosPerMtok, MAX_EFFECTIVE_COST);
  }

  private static void check(String which, long value, long greatest) {
    if (value < 0 || value > greatest) {
      throw new IllegalArgumentException(which + " must be 0 to " + greatest + ", was " + value);
    }
  }

  /** Whether work may be placed on the node in this epoch. */
  public boolean isForSale() {
    return weightMillionths > 0;
  }

  /** The weight in tokens of capacity at the reference cost. */
  public double weight() {
    return weightMillionths / MILLIONTHS;
  }
}
