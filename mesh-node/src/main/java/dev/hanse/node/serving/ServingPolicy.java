package dev.hanse.node.serving;

import java.time.Duration;

/**
 * How hard an edge tries before it gives up.
 *
 * @param maxAttempts nodes asked for one request, repeats included; 1 never retries
 * @param firstChunkWithin how long an attempt may stay silent while streaming before another node
 *     is asked instead. Failover Bench S06 and S07: above the 20 s a slow first token may take
 * @param stallAfter silence in the middle of a stream, with the client reading, that counts as a
 *     broken answer
 * @param backoff pause before the first repeat on a node that named none; doubles each time, and up
 *     to half of it is left to chance
 * @param longestPause a failure that asks for a longer one is passed on to the client
 * @param placementPatience how long a request waits for room when every node is full
 * @param maxWaiting requests that may wait for room at once; those above it are refused
 */
public record ServingPolicy(
    int maxAttempts,
    Duration firstChunkWithin,
    Duration stallAfter,
    Duration backoff,
    Duration longestPause,
    Duration placementPatience,
    int maxWaiting) {
  /** Three attempts; 30 s; 30 s; 50 ms; 10 s; 5 s; 1,024. */
  public static final ServingPolicy DEFAULT =
      new ServingPolicy(
          3,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMillis(50),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          1024);

  public ServingPolicy {
    if (maxAttempts < 1 || maxWaiting < 0) {
      throw new IllegalArgumentException("maxAttempts must be above 0, maxWaiting not below 0");
    }
    if (!firstChunkWithin.isPositive()
        || !stallAfter.isPositive()
        || !backoff.isPositive()
        || longestPause.isNegative()
        || placementPatience.isNegative()) {
      throw new IllegalArgumentException("serving deadlines must be above 0");
    }
  }
}
