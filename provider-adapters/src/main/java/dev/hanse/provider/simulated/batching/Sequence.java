package dev.hanse.provider.simulated.batching;

import java.util.Arrays;

/** One sequence in the engine: how far it is, and which blocks it holds. */
final class Sequence {
  private final long id;
  private final Work work;
  private int[] blocks = new int[0];
  private int blockCount;
  private int namedBlocks;
  private int computed;
  private int generated;
  private int scheduled;
  private boolean announced;
  private boolean over;

  Sequence(long id, Work work) {
    this.id = id;
    this.work = work;
  }

  long id() {
    return id;
  }

  Work work() {
    return work;
  }

  int generated() {
    return generated;
  }

  int computed() {
    return computed;
  }

  int blockCount() {
    return blockCount;
  }

  /** Tokens that exist: the prompt and what was generated so far. */
  int known() {
    return work.promptTokens() + generated;
  }

  /** Tokens whose KV entries are missing; at least 1 while it runs. */
  int missing() {
    return known() - computed;
  }

  boolean decodes() {
    return computed >= work.promptTokens();
  }

  /** Whether it was cancelled or has finished. */
  boolean over() {
    return over;
  }

  void end() {
    over = true;
  }

  /** True the first time only. */
  boolean announce() {
    boolean first = !announced;
    announced = true;
    return first;
  }

  void schedule(int tokens) {
    scheduled = tokens;
  }

  /** Adds what was scheduled to what is computed, and names the blocks that became full. */
  void compute(BlockPool pool, int blockTokens) {
    computed += scheduled;
    scheduled = 0;
    int full = Math.min(Math.min(computed / blockTokens, blockCount), work.namedBlocks());
    for (; namedBlocks < full; namedBlocks++) {
      pool.name(blocks[namedBlocks], work.blockHash(namedBlocks));
    }
  }

  void generate() {
    generated++;
  }

  /** Starts from {@code count} blocks found in the cache. */
  void reuse(BlockPool pool, int count, int blockTokens) {
    for (int i = 0; i < count; i++) {
      int block = pool.find(work.blockHash(i));
      pool.retain(block);
      add(block);
    }
    namedBlocks = count;
    computed = count * blockTokens;
  }

  void add(int block) {
    if (blockCount == blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(8, blockCount * 2));
    }
    blocks[blockCount++] = block;
  }

  /**
   * Gives every block back, the last first, so that the tails of prefixes are forgotten before
   * their heads; what was computed must be computed again unless it is found in the cache.
   */
  void releaseAll(BlockPool pool) {
    while (blockCount > 0) {
      pool.release(blocks[--blockCount]);
    }
    namedBlocks = 0;
    computed = 0;
    scheduled = 0;
  }
}
