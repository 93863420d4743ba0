package dev.hanse.control.market;

import dev.hanse.api.ModelId;
import dev.hanse.api.Price;
import dev.hanse.hash.Weights;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of a region's market.
 *
 * @param epoch how long prices hold; at least 30 s, or a price could be changed between looking and
 *     buying
 * @param shortestValidity of a bid; at least two epochs, or it could end before it applies
 * @param longestValidity of a bid
 * @param reserve the most the mesh pays, by model
 * @param ceiling the most it pays for a model without a reserve
 * @param latencyMicrosPerSecond what a second to the first token adds to the cost of a million
 *     tokens, in micro-USD
 * @param egressMicrosPerMtok what leaving the region adds, in micro-USD
 * @param headroom by how much capacity must exceed demand before a seller counts as not needed; at
 *     least 0
 * @param maxNodes sellers the book holds, those that left lately included
 */
public record MarketTerms(
    Duration epoch,
    Duration shortestValidity,
    Duration longestValidity,
    Map<ModelId, Price> reserve,
    Price ceiling,
    long latencyMicrosPerSecond,
    long egressMicrosPerMtok,
    Settlement settlement,
    double headroom,
    Weights weights,
    int maxNodes) {
  /** See {@link #epoch}. */
  public static final Duration SHORTEST_EPOCH = Duration.ofSeconds(30);

  /** A thousand USD for a million tokens: above every price seen anywhere, by some. */
  public static final long CEILING_MICROS = 1_000_000_000;

  public static final MarketTerms DEFAULT =
      new MarketTerms(
          SHORTEST_EPOCH,
          SHORTEST_EPOCH.multipliedBy(2),
          Duration.ofHours(24),
          Map.of(),
          new Price(CEILING_MICROS, CEILING_MICROS, CEILING_MICROS),
          10_000,
          0,
          Settlement.PAY_AS_BID,
          0.5,
          Weights.DEFAULT,
          4_096);

  public MarketTerms {
    reserve = Map.copyOf(reserve);
    if (epoch.compareTo(SHORTEST_EPOCH) < 0) {
      throw new IllegalArgumentException(
          "epoch must be at least " + SHORTEST_EPOCH.toSeconds() + " s, was " + epoch);
    }
    if (shortestValidity.compareTo(epoch.multipliedBy(2)) < 0
        || longestValidity.compareTo(shortestValidity) < 0) {
      throw new IllegalArgumentException(
          "a bid must be valid for at least two epochs, and the longest validity no less, were "
              + shortestValidity
              + " and "
              + longestValidity);
    }
    if (latencyMicrosPerSecond < 0
        || egressMicrosPerMtok < 0
        || latencyMicrosPerSecond > Price.MAX_MICROS_PER_MTOK
        || egressMicrosPerMtok > Price.MAX_MICROS_PER_MTOK) {
      throw new IllegalArgumentException(
          "latency and egress must cost 0 to " + Price.MAX_MICROS_PER_MTOK + " micro-USD");
    }
    if (!(headroom >= 0 && headroom <= 100)) {
      throw new IllegalArgumentException("headroom must be 0 to 100, was " + headroom);
    }
    if (maxNodes < 1) {
      throw new IllegalArgumentException("maxNodes must be above 0, was " + maxNodes);
    }
  }

  /** The most it pays for a model. */
  Price most(ModelId model) {
    return reserve.getOrDefault(model, ceiling);
  }

  /** What was set for this model; empty where only the ceiling holds. */
  Optional<Price> reserveOf(ModelId model) {
    return Optional.ofNullable(reserve.get(model));
  }

  public MarketTerms withReserve(Map<ModelId, Price> newReserve) {
    return new MarketTerms(
        epoch,
        shortestValidity,
        longestValidity,
        newReserve,
        ceiling,
        latencyMicrosPerSecond,
        egressMicrosPerMtok,
        settlement,
        headroom,
        weights,
        maxNodes);
  }

  public MarketTerms withSettlement(Settlement newSettlement) {
    return new MarketTerms(
        epoch,
        shortestValidity,
        longestValidity,
        reserve,
        ceiling,
        latencyMicrosPerSecond,
        egressMicrosPerMtok,
        newSettlement,
        headroom,
        weights,
        maxNodes);
  }

  public MarketTerms withMaxNodes(int newMaxNodes) {
    return new MarketTerms(
        epoch,
        shortestValidity,
        longestValidity,
        reserve,
        ceiling,
        latencyMicrosPerSecond,
        egressMicrosPerMtok,
        settlement,
        headroom,
        weights,
        newMaxNodes);
  }
}
