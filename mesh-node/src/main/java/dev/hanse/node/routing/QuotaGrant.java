package dev.hanse.node.routing;

import java.time.Duration;

/**
 * A node's answer to a {@link QuotaAsk}.
 *
 * @param number of the ask
 * @param tokens the most the edge may have in flight there
 * @param lasts how long, from when the edge sent the ask; above zero
 * @param othersTokens what everybody else has in flight there
 */
public record QuotaGrant(long number, long tokens, Duration lasts, long othersTokens) {
  public QuotaGrant {
    if (number < 1 || tokens < 0 || othersTokens < 0 || !lasts.isPositive()) {
      throw new IllegalArgumentException("a grant is numbered from 1, and of a time above zero");
    }
  }
}
