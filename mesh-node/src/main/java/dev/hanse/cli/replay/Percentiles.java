package dev.hanse.cli.replay;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Exact percentiles by nearest rank; NaN where there are no values.
 *
 * @param max the largest
 */
record Percentiles(double p50, double p95, double p99, double max) {
  /** Of nanoseconds, in milliseconds. */
  static Percentiles millis(LongStream nanos) {
    long[] sorted = nanos.toArray();
    Arrays.sort(sorted);
    return new Percentiles(rank(sorted, 50), rank(sorted, 95), rank(sorted, 99), rank(sorted, 100));
  }

  private static double rank(long[] sorted, int percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = Math.max(1, Math.ceilDiv(sorted.length * percent, 100));
    return sorted[rank - 1] / 1e6;
  }
}
