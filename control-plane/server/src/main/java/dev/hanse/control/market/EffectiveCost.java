package dev.hanse.control.market;

import dev.hanse.api.Quote;

/**
 * What a million tokens of expected traffic from a seller really cost the mesh, in micro-USD, by
 * its terms: {@code blended * failureFactor + latency + egress}.
 *
 * @param blended the asked prices over the expected mix
 * @param failureFactor 1 for a seller that never fails; at least 1
 * @param latency for the time to first token
 * @param egress for tokens that leave the region
 */
public record EffectiveCost(double blended, double failureFactor, double latency, double egress) {
  /** Never below one micro-USD, never above what a quote holds. */
  public double total() {
    return Math.clamp(blended * failureFactor + latency + egress, 1, Quote.MAX_EFFECTIVE_COST);
  }
}
