package dev.hanse.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The few keys that get a large part of the work, found by sampling.
 *
 * <p>Each cell keeps the key that has most weight among those that fall in it, by majority vote
 * [1]: the weight of others is taken off, so the estimate errs low. Every {@value #WINDOW} samples
 * the keys above a share of 1/{@value #CELLS} are published and all weights halved: a key that
 * cools down is forgotten within a few windows.
 *
 * <p>Safe for any thread: a sample that meets another is dropped.
 *
 * <p>[1] Misra and Gries, "Finding repeated elements", Science of Computer Programming 2, 1982.
 */
final class HotKeys {
  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(HotKeys.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int CELLS = 64;
  private static final int WINDOW = 256;

  @SuppressWarnings("unused") // through BUSY
  private boolean busy;

  private final long[] keys = new long[CELLS];
  private final double[] weights = new double[CELLS];
  private double total;
  private int samples;

  private volatile Published published = Published.NONE;

  /** Counts a reservation. */
  void sample(long key, long tokens) {
    if (!BUSY.compareAndSet(this, false, true)) {
      return;
    }
    count(key, tokens);
    BUSY.setRelease(this, false);
  }

  private void count(long key, long tokens) {
    int cell = cell(key);
    total += tokens;
    if (keys[cell] == key) {
      weights[cell] += tokens;
    } else if (weights[cell] >= tokens) {
      weights[cell] -= tokens;
    } else {
      keys[cell] = key;
      weights[cell] = tokens - weights[cell];
    }
    if (++samples >= WINDOW) {
      samples = 0;
      publish();
    }
  }

  private void publish() {
    published = anyHot() ? new Published(keys.clone(), shares()) : Published.NONE;
    for (int cell = 0; cell < CELLS; cell++) {
      weights[cell] /= 2;
    }
    total /= 2;
  }

  private boolean anyHot() {
    for (double weight : weights) {
      if (weight > total / CELLS) {
        return true;
      }
    }
    return false;
  }

  private double[] shares() {
    return Arrays.stream(weights).map(w -> w > total / CELLS ? w / total : 0).toArray();
  }

  /** The key's share of all the work, if that is large; else 0. */
  double shareOf(long key) {
    Published now = published;
    if (now == Published.NONE) {
      return 0;
    }
    int cell = cell(key);
    return now.keys[cell] == key ? now.shares[cell] : 0;
  }

  private static int cell(long key) {
    return (int) (KeyedHash.mix(key) >>> 58);
  }

  /** What the last window found: by cell, a key and its share, 0 where none is hot. */
  private static final class Published {
    static final Published NONE = new Published(new long[0], new double[0]);

    final long[] keys;
    final double[] shares;

    Published(long[] keys, double[] shares) {
      this.keys = keys;
      this.shares = shares;
    }
  }
}
