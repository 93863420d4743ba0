package dev.hanse.provider.simulated.answer;

import dev.hanse.provider.simulated.batching.PrefixHashes;

/** A sequence of choices that looks random and is always the same for the same seed. */
final class Draw {
  private long state;

  Draw(long seed) {
    state = PrefixHashes.mix(seed);
  }

  long next() {
    state = PrefixHashes.mix(state);
    return state;
  }

  /** From 0 to {@code bound - 1}; the bias of a 32-bit multiply-shift does not matter here. */
  int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }
}
