package dev.hanse.provider.simulated.batching;

/**
 * One sequence's worth of work for the engine, known beforehand because a simulated answer is.
 * Immutable.
 */
public final class Work {
  private final int promptTokens;
  private final int outputTokens;
  private final long[] blockHashes;
  private final boolean keepsKv;

  private Work(int promptTokens, int outputTokens, long[] blockHashes, boolean keepsKv) {
    if (promptTokens < 1) {
      throw new IllegalArgumentException("a prompt has at least 1 token, was " + promptTokens);
    }
    if (outputTokens < 0) {
      throw new IllegalArgumentException("outputTokens must not be negative: " + outputTokens);
    }
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.blockHashes = blockHashes;
    this.keepsKv = keepsKv;
  }

  /**
   * A prompt to read and an answer to write.
   *
   * @param promptTokens at least 1
   * @param outputTokens at least 1
   * @param blockHashes names of the sequence's leading full blocks, each naming everything before
   *     it too (see {@link PrefixHashes}); blocks without a name are computed but never shared
   */
  public static Work generate(int promptTokens, int outputTokens, long[] blockHashes) {
    if (outputTokens < 1) {
      throw new IllegalArgumentException("an answer has at least 1 token, was " + outputTokens);
    }
    return new Work(promptTokens, outputTokens, blockHashes.clone(), true);
  }

  /** A text to encode, as for an embedding: computed like a prompt, with no KV cache kept. */
  public static Work encode(int tokens) {
    return new Work(tokens, 0, new long[0], false);
  }

  public int promptTokens() {
    return promptTokens;
  }

  public int outputTokens() {
    return outputTokens;
  }

  public boolean keepsKv() {
    return keepsKv;
  }

  /** How many leading blocks have a name. */
  public int namedBlocks() {
    return blockHashes.length;
  }

  /** The name of block {@code index}. */
  public long blockHash(int index) {
    return blockHashes[index];
  }

  long totalTokens() {
    return (long) promptTokens + outputTokens;
  }
}
