package dev.hanse.provider.simulated.answer;

import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.util.Arrays;

/** A growing sequence of tokens. Not safe for use by several threads. */
public final class Tokens {
  private int[] values = new int[64];
  private int size;

  public int size() {
    return size;
  }

  public int at(int index) {
    if (index >= size) {
      throw new IndexOutOfBoundsException("token " + index + " of " + size);
    }
    return values[index];
  }

  void add(int token) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = token;
  }

  /** Adds UTF-8 bytes, four to a token, the last token filled up with zeros. */
  void addBytes(byte[] utf8, int from, int to) {
    for (int i = from; i < to; i += SimulatedTokenizer.BYTES_PER_TOKEN) {
      int token = 0;
      for (int j = 0; j < SimulatedTokenizer.BYTES_PER_TOKEN; j++) {
        token = token << 8 | (i + j < to ? utf8[i + j] & 0xff : 0);
      }
      add(token);
    }
  }

  void addAll(Tokens other) {
    for (int i = 0; i < other.size; i++) {
      add(other.values[i]);
    }
  }

  /** A 64-bit hash of everything up to now. */
  long hash(long salt) {
    return PrefixHashes.of(values, size, 1, salt)[size - 1];
  }

  /** Names of the leading full blocks. */
  public long[] blockHashes(int blockTokens, long salt) {
    return PrefixHashes.of(values, size, blockTokens, salt);
  }
}
