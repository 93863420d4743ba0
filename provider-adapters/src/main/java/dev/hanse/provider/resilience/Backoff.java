package dev.hanse.provider.resilience;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: a uniform share of {@code base × 2^(retry-1)}, capped.
 *
 * <p>Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: full jitter
 * does the least work of the variants measured there.
 *
 * @param base the first retry's upper bound; above zero
 * @param cap no pause is longer; at least {@code base}
 */
public record Backoff(Duration base, Duration cap) {
  public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  public Backoff {
    if (!base.isPositive() || cap.compareTo(base) < 0) {
      throw new IllegalArgumentException(
          "backoff needs 0 < base <= cap, was " + base + " and " + cap);
    }
  }

  /**
   * The pause before a retry.
   *
   * @param retry 1 for the first
   */
  public Duration pause(int retry, RandomGenerator random) {
    long bound = cap.toNanos();
    int doublings = Math.max(0, retry - 1);
    if (doublings < Long.numberOfLeadingZeros(base.toNanos()) - 1) {
      bound = Math.min(bound, base.toNanos() << doublings);
    }
    return Duration.ofNanos(random.nextLong(bound + 1));
  }
}
