package dev.hanse.node.identity;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure: doubling from 250 ms to 30 s, of which a random half to whole
 * is waited, so that nodes which failed together do not come back together.
 */
record Backoff(RandomGenerator random) {
  private static final long FIRST_MILLIS = 250;
  private static final long LONGEST_MILLIS = 30_000;

  /**
   * The wait after {@code failures} failures before this one.
   *
   * @param atLeast what the other side asked for
   */
  Duration after(int failures, Duration atLeast) {
    long fullMillis = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures, 16));
    long millis = fullMillis / 2 + random.nextLong(fullMillis / 2 + 1);
    return Duration.ofMillis(Math.max(millis, atLeast.toMillis()));
  }
}
