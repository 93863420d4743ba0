package dev.hanse.node.routing;

import java.util.Arrays;

/**
 * The hashes of a prompt's growing prefix: the i-th covers blocks 0 to i. Two prompts share a KV
 * prefix of k blocks exactly when their first k hashes are equal.
 */
public final class PrefixChain {
  private final long[] hashes;
  private final long key;

  private PrefixChain(long[] hashes, long key) {
    this.hashes = hashes;
    this.key = key;
  }

  /**
   * A chain of hashes already computed.
   *
   * @param hashes of the prefixes, shortest first; at least one
   * @param key what consistent hashing places by
   */
  public static PrefixChain of(long[] hashes, long key) {
    if (hashes.length == 0) {
      throw new IllegalArgumentException("a prefix chain holds at least one hash");
    }
    return new PrefixChain(hashes.clone(), key);
  }

  public int length() {
    return hashes.length;
  }

  /** The hash of blocks 0 to {@code index}. */
  public long hash(int index) {
    return hashes[index];
  }

  public long key() {
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PrefixChain that
        && that.key == key
        && Arrays.equals(that.hashes, hashes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(key);
  }

  @Override
  public String toString() {
    return hashes.length + " blocks, key " + Long.toHexString(key);
  }
}
