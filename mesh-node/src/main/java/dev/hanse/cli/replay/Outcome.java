package dev.hanse.cli.replay;

import dev.hanse.api.Price;
import java.util.Optional;

/** What became of one request. Times are nanoseconds of one clock. */
sealed interface Outcome {
  TraceRequest request();

  /** When the trace wanted it sent. */
  long intendedNanos();

  /**
   * It was answered completely.
   *
   * @param sentNanos when it was sent, at the earliest {@code intendedNanos}
   * @param firstTokenNanos when the first of the answer was there
   * @param endNanos when all of it was
   * @param served by whom, and how much
   */
  record Answered(
      TraceRequest request,
      long intendedNanos,
      long sentNanos,
      long firstTokenNanos,
      long endNanos,
      Served served)
      implements Outcome {}

  /**
   * It was not.
   *
   * @param reason a class of failure, for example {@code http 429 rate_limit_exceeded}
   */
  record Failed(
      TraceRequest request, long intendedNanos, long sentNanos, long endNanos, String reason)
      implements Outcome {}

  /**
   * Who answered, and the tokens used.
   *
   * @param node as in {@code x-hanse-node}; {@code -} where the server does not say
   * @param region as in {@code x-hanse-region}
   * @param price what the node asks, where the server says
   */
  record Served(
      String node,
      String region,
      Optional<Price> price,
      long promptTokens,
      long cachedTokens,
      long completionTokens) {

    /** What it costs in micro-USD; 0 without a price. */
    long costMicros() {
      return price
          .map(known -> known.costMicros(promptTokens, cachedTokens, completionTokens))
          .orElse(0L);
    }
  }
}
