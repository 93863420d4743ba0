package dev.hanse.provider.simulated.batching;

/**
 * Names for the blocks of a token sequence: the i-th covers blocks 0 to i, so equal names mean
 * equal prefixes. Mixing is SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014).
 */
public final class PrefixHashes {
  private PrefixHashes() {}

  /**
   * The names of the full blocks among the first {@code length} tokens.
   *
   * @param salt keeps apart what must not be shared, for example models
   */
  public static long[] of(int[] tokens, int length, int blockTokens, long salt) {
    long[] hashes = new long[length / blockTokens];
    long hash = mix(salt);
    int token = 0;
    for (int block = 0; block < hashes.length; block++) {
      for (int end = token + blockTokens; token < end; token++) {
        hash = mix(hash + tokens[token]);
      }
      hashes[block] = hash;
    }
    return hashes;
  }

  /** A bijection in which every input bit reaches every output bit. */
  public static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
