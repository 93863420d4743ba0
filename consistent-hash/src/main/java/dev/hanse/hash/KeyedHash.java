package dev.hanse.hash;

import java.nio.charset.StandardCharsets;

/**
 * Hashes that cannot be steered without the seed: SipHash-2-4 of names [1], and a mixer for numbers
 * that are hashes already [2].
 *
 * <p>[1] Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012. [2] Steele, Lea
 * and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, variant 13 of Stafford.
 */
final class KeyedHash {
  /** 2^64 divided by the golden ratio; odd. */
  static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private KeyedHash() {}

  /** A bijection of the 64-bit numbers in which every input bit changes every output bit. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static long ofName(String name, long seed) {
    return sip(name.getBytes(StandardCharsets.UTF_8), seed, mix(seed + GOLDEN));
  }

  static long sip(byte[] input, long key0, long key1) {
    var state = new SipState(key0, key1);
    int whole = input.length & ~7;
    for (int i = 0; i < whole; i += 8) {
      state.absorb(word(input, i, 8));
    }
    state.absorb(word(input, whole, input.length - whole) | ((long) input.length << 56));
    return state.finish();
  }

  private static long word(byte[] input, int from, int bytes) {
    long word = 0;
    for (int i = 0; i < bytes; i++) {
      word |= (input[from + i] & 0xffL) << (8 * i);
    }
    return word;
  }

  /** The four words of SipHash. */
  private static final class SipState {
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    SipState(long key0, long key1) {
      v0 = key0 ^ 0x736f6d6570736575L;
      v1 = key1 ^ 0x646f72616e646f6dL;
      v2 = key0 ^ 0x6c7967656e657261L;
      v3 = key1 ^ 0x7465646279746573L;
    }

    void absorb(long word) {
      v3 ^= word;
      round();
      round();
      v0 ^= word;
    }

    long finish() {
      v2 ^= 0xff;
      for (int i = 0; i < 4; i++) {
        round();
      }
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
