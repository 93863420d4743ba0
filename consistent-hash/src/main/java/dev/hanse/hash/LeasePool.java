package dev.hanse.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The leases that are out: one word each, claimed and released by one compare-and-set.
 *
 * <p>A lease's number names its place and the place's generation, which rises with each claim. So a
 * release that comes twice, or after the place has been claimed anew, changes nothing (a number
 * would have to be kept over 2^31 claims of one place to be mistaken).
 */
final class LeasePool {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  /** Word: generation in bits 33 to 63, one bit set while out, tokens in the low 32. */
  private static final int GENERATION_SHIFT = 33;

  private static final long OUT = 1L << 32;
  private static final long TOKENS = OUT - 1;
  private static final int GENERATION_MASK = 0x7fff_ffff;

  /** Threads start looking in different places, this many at most, and far apart. */
  private static final int STRIPES = 16;

  private static final int STRIDE = 32;

  private final long[] words;
  private final @Nullable Post[] posts;
  private final int[] cursors = new int[(STRIPES + 1) * STRIDE];

  LeasePool(int places) {
    this.words = new long[places];
    this.posts = new Post[places];
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      cursors[(stripe + 1) * STRIDE] = (int) ((long) places * stripe / STRIPES);
    }
  }

  /** A new lease, or the code of {@link Refusal#LEASES_EXHAUSTED}. */
  long claim(Post post, long tokens) {
    int cursor = (((int) Thread.currentThread().threadId() & (STRIPES - 1)) + 1) * STRIDE;
    int place = cursors[cursor];
    for (int tries = words.length; tries > 0; tries--) {
      long word = (long) WORD.getOpaque(words, place);
      if ((word & OUT) == 0) {
        long generation = ((word >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
        long claimed = (generation << GENERATION_SHIFT) | OUT | tokens;
        if (WORD.compareAndSet(words, place, word, claimed)) {
          posts[place] = post;
          cursors[cursor] = place + 1 == words.length ? 0 : place + 1;
          return (generation << 32) | place;
        }
      }
      place = place + 1 == words.length ? 0 : place + 1;
    }
    return Refusal.LEASES_EXHAUSTED.code();
  }

  private int place(long lease) {
    int place = (int) lease;
    if (lease < 0 || place < 0 || place >= words.length) {
      throw new IllegalArgumentException("not a lease: " + lease);
    }
    return place;
  }

  private static boolean names(long lease, long word) {
    return (word & OUT) != 0 && word >>> GENERATION_SHIFT == lease >>> 32;
  }

  /** Who holds it; null when it is released. */
  @Nullable Post holder(long lease) {
    int place = place(lease);
    Post post = posts[place];
    return names(lease, (long) WORD.getAcquire(words, place)) ? post : null;
  }

  /** Tokens it holds; -1 when it is released. */
  long tokens(long lease) {
    long word = (long) WORD.getAcquire(words, place(lease));
    return names(lease, word) ? word & TOKENS : -1;
  }

  /** Ends it, and returns the tokens it held; -1 when it was ended before. */
  long end(long lease) {
    int place = place(lease);
    while (true) {
      long word = (long) WORD.getAcquire(words, place);
      if (!names(lease, word)) {
        return -1;
      }
      if (WORD.compareAndSet(words, place, word, word & ~(OUT | TOKENS))) {
        return word & TOKENS;
      }
    }
  }

  /** Changes what it holds if that is still {@code from}. */
  boolean change(long lease, long from, long to) {
    int place = place(lease);
    long word = ((lease >>> 32) << GENERATION_SHIFT) | OUT | from;
    return WORD.compareAndSet(words, place, word, (word & ~TOKENS) | to);
  }

  /** How many are out; counts them all. */
  int out() {
    int out = 0;
    for (int place = 0; place < words.length; place++) {
      if (((long) WORD.getOpaque(words, place) & OUT) != 0) {
        out++;
      }
    }
    return out;
  }
}
