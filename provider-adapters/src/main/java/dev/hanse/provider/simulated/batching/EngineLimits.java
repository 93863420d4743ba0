package dev.hanse.provider.simulated.batching;

/**
 * The bounds of a simulated engine. The defaults are vLLM's for an online server on a large GPU
 * (max_num_seqs 256, max_num_batched_tokens 8192, block_size 16).
 *
 * @param maxBatch sequences running at once; 1 to {@code stepTokens}
 * @param stepTokens tokens computed in one step, prefill and decode together; above zero
 * @param blockTokens tokens in a KV block; above zero
 * @param kvBlocks blocks in the KV cache; above zero
 * @param maxQueued sequences waiting at once; 0 or more
 */
public record EngineLimits(
    int maxBatch, int stepTokens, int blockTokens, int kvBlocks, int maxQueued) {
  public EngineLimits {
    atLeast(1, maxBatch, "maxBatch");
    atLeast(maxBatch, stepTokens, "stepTokens");
    atLeast(1, blockTokens, "blockTokens");
    atLeast(1, kvBlocks, "kvBlocks");
    atLeast(0, maxQueued, "maxQueued");
  }

  /** The defaults, with as many blocks as the profile has room for. */
  public static EngineLimits of(GpuProfile profile) {
    int blockTokens = 16;
    return new EngineLimits(
        256, 8192, blockTokens, Math.max(1, profile.kvTokens() / blockTokens), 512);
  }

  /** The longest sequence, prompt and answer together, that could ever run. */
  public long maxSequenceTokens() {
    return (long) kvBlocks * blockTokens;
  }

  int blocksFor(int tokens) {
    return Math.ceilDiv(tokens, blockTokens);
  }

  private static void atLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
    }
  }
}
