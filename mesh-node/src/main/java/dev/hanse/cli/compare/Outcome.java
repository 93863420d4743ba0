package dev.hanse.cli.compare;

import java.util.List;

/**
 * A policy's line of the table; made of rows and the trace alone, so that whoever has both can
 * recompute it.
 *
 * @param hitTokens prompt tokens in blocks found cached
 * @param p50Micros median time to first token, by nearest rank
 * @param p99Micros its 99th percentile
 * @param peakToMean uncached prompt and completion tokens of the node with most, over the mean
 * @param costMicros of all requests, in micro-USD
 */
record Outcome(
    long hitBlocks,
    long blocks,
    long hitTokens,
    long promptTokens,
    long p50Micros,
    long p99Micros,
    double peakToMean,
    long costMicros) {
  /**
   * Sums rows up.
   *
   * @param rows one for each prompt, in the same order
   */
  static Outcome of(List<Row> rows, List<Prompt> prompts, int nodes, int tokensPerBlock) {
    if (rows.size() != prompts.size() || rows.isEmpty()) {
      throw new IllegalArgumentException(
          "expected " + prompts.size() + " rows and at least one, was " + rows.size());
    }
    long[] work = new long[nodes];
    long hitBlocks = 0;
    long blocks = 0;
    long hitTokens = 0;
    long promptTokens = 0;
    long cost = 0;
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Prompt prompt = prompts.get(i);
      long hit = Math.min((long) row.blocksHit() * tokensPerBlock, prompt.inputTokens());
      hitBlocks += row.blocksHit();
      blocks += row.blocks();
      hitTokens += hit;
      promptTokens += prompt.inputTokens();
      cost += row.costMicros();
      work[row.node()] += prompt.inputTokens() - hit + prompt.outputTokens();
    }
    long peak = 0;
    long total = 0;
    for (long tokens : work) {
      peak = Math.max(peak, tokens);
      total += tokens;
    }
    List<Long> ttft = rows.stream().map(Row::ttftMicros).sorted().toList();
    return new Outcome(
        hitBlocks,
        blocks,
        hitTokens,
        promptTokens,
        rank(ttft, 50),
        rank(ttft, 99),
        (double) peak * nodes / total,
        cost);
  }

  private static long rank(List<Long> sorted, int percent) {
    return sorted.get(Math.max(1, Math.ceilDiv(sorted.size() * percent, 100)) - 1);
  }

  /** Whether this is better in both what people wait for and what they pay. */
  boolean dominates(Outcome other) {
    return p99Micros < other.p99Micros && costMicros < other.costMicros;
  }
}
