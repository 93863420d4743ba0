package dev.hanse.node.dispatch;

import java.time.Duration;
import java.util.Arrays;

/** The times to first token of the last {@value #KEPT} answers. Safe for any thread. */
final class FirstTokenTimes {
  private static final int KEPT = 64;

  private final int[] millis = new int[KEPT];
  private int heard;

  synchronized void add(Duration time) {
    millis[heard % KEPT] = Math.clamp(time.toMillis(), 0, Integer.MAX_VALUE);
    heard = heard + 1 == 2 * KEPT ? KEPT : heard + 1;
  }

  /** Zero when there was none. */
  synchronized int medianMillis() {
    int count = Math.min(heard, KEPT);
    if (count == 0) {
      return 0;
    }
    int[] sorted = Arrays.copyOf(millis, count);
    Arrays.sort(sorted);
    return sorted[(count - 1) / 2];
  }
}
