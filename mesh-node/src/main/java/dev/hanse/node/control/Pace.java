package dev.hanse.node.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How patient a client of the control plane is.
 *
 * @param retryFrom the shortest pause before a stream is opened again
 * @param retryTo the longest
 * @param openWithin how long a connection may take
 * @param stallAfter a stream is given up that shows no sign of life for one to two of these
 * @param answerWithin how long the control plane may take to answer what must be answered
 * @param refusedFor the pause after a refusal that should not be repeated unchanged; renewal or an
 *     operator may change it
 */
public record Pace(
    Duration retryFrom,
    Duration retryTo,
    Duration openWithin,
    Duration stallAfter,
    Duration answerWithin,
    Duration refusedFor) {
  public static final Pace DEFAULT =
      new Pace(
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10));

  public Pace {
    if (!retryFrom.isPositive() || retryTo.compareTo(retryFrom) < 0) {
      throw new IllegalArgumentException("retryFrom must be above 0 and at most retryTo");
    }
    if (!openWithin.isPositive() || !stallAfter.isPositive() || !answerWithin.isPositive()) {
      throw new IllegalArgumentException("deadlines must be above 0");
    }
  }

  /**
   * The pause before the next try: anywhere between the shortest one and a limit that doubles with
   * each failure, so that the nodes of a region do not return all at once ("full jitter", Brooker,
   * "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
   *
   * @param failures how many tries have failed in a row; 0 for the first
   */
  Duration pauseAfter(int failures, RandomGenerator random) {
    long from = retryFrom.toMillis();
    long limit = Math.min(retryTo.toMillis(), (2 * from) << Math.min(failures, 20));
    return Duration.ofMillis(limit <= from ? from : random.nextLong(from, limit + 1));
  }
}
