package dev.hanse.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Places for {@value #PLACES} leases on one post: one word each, claimed and released by one
 * compare-and-set.
 *
 * <p>A lease's number names its block, its place and the place's generation, which rises with each
 * claim. So a release that comes twice, or after the place has been claimed anew, changes nothing
 * (a number would have to be kept over 2^31 claims of one place to be mistaken).
 *
 * <p>A block whose post has left is closed, place by place, as its leases end; what is closed is
 * never claimed again, even by a thread that still works with an old view. Only then is the block's
 * number given to another.
 */
final class LeaseBlock {
  static final int PLACES = 64;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  /** Word: generation in bits 33 to 63, a bit set while out or closed, tokens in the low 32. */
  private static final int GENERATION_SHIFT = 33;

  private static final long TAKEN = 1L << 32;
  private static final long TOKENS = TAKEN - 1;
  private static final long CLOSED = TAKEN | TOKENS;
  private static final int GENERATION_MASK = 0x7fff_ffff;
  private static final int PLACE_BITS = 6;

  /** Keeps neighbouring threads on different cache lines. */
  private static final int SPREAD = 8;

  private final int number;
  private final Post post;
  private final long[] words = new long[PLACES];

  /**
   * A block with nothing in it.
   *
   * @param firstGeneration above all generations of earlier blocks of this number
   */
  LeaseBlock(int number, Post post, int firstGeneration) {
    this.number = number;
    this.post = post;
    Arrays.fill(words, (long) firstGeneration << GENERATION_SHIFT);
  }

  /** The number of the block that a lease is in. */
  static int blockOf(long lease) {
    return (int) lease >>> PLACE_BITS;
  }

  int number() {
    return number;
  }

  Post post() {
    return post;
  }

  /** A lease, or -1 when every place is taken. */
  long claim(long tokens) {
    int place = (int) Thread.currentThread().threadId() * SPREAD;
    for (int tries = 0; tries < PLACES; tries++) {
      place &= PLACES - 1;
      long word = (long) WORD.getOpaque(words, place);
      if ((word & TAKEN) == 0) {
        long generation = ((word >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
        if (WORD.compareAndSet(
            words, place, word, (generation << GENERATION_SHIFT) | TAKEN | tokens)) {
          return (generation << 32) | ((long) number << PLACE_BITS) | place;
        }
      }
      place++;
    }
    return -1;
  }

  private static int place(long lease) {
    return (int) lease & (PLACES - 1);
  }

  private static boolean names(long lease, long word) {
    return (word & TAKEN) != 0
        && (word & TOKENS) != TOKENS
        && word >>> GENERATION_SHIFT == lease >>> 32;
  }

  /** Tokens a lease holds; -1 when it is released. */
  long tokens(long lease) {
    long word = (long) WORD.getAcquire(words, place(lease));
    return names(lease, word) ? word & TOKENS : -1;
  }

  /** Ends a lease, and returns the tokens it held; -1 when it was ended before. */
  long end(long lease) {
    int place = place(lease);
    while (true) {
      long word = (long) WORD.getAcquire(words, place);
      if (!names(lease, word)) {
        return -1;
      }
      if (WORD.compareAndSet(words, place, word, word & ~CLOSED)) {
        return word & TOKENS;
      }
    }
  }

  /** Changes what a lease holds if that is still {@code from}. */
  boolean change(long lease, long from, long to) {
    long word = ((lease >>> 32) << GENERATION_SHIFT) | TAKEN;
    return WORD.compareAndSet(words, place(lease), word | from, word | to);
  }

  /** How many leases are out. */
  int out() {
    int out = 0;
    for (int place = 0; place < PLACES; place++) {
      long word = (long) WORD.getOpaque(words, place);
      if ((word & TAKEN) != 0 && (word & TOKENS) != TOKENS) {
        out++;
      }
    }
    return out;
  }

  /**
   * Closes every place that is free.
   *
   * @return whether all are closed now
   */
  boolean close() {
    boolean all = true;
    for (int place = 0; place < PLACES; place++) {
      long word = (long) WORD.getAcquire(words, place);
      boolean closed = (word & CLOSED) == CLOSED;
      if (!closed && (word & TAKEN) == 0) {
        closed = WORD.compareAndSet(words, place, word, word | CLOSED);
      }
      all &= closed;
    }
    return all;
  }

  /** A generation that no lease of this block has had. */
  int nextGeneration() {
    long highest = 0;
    for (int place = 0; place < PLACES; place++) {
      highest = Math.max(highest, (long) WORD.getAcquire(words, place) >>> GENERATION_SHIFT);
    }
    return (int) (highest + 1) & GENERATION_MASK;
  }
}
