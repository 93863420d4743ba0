package dev.hanse.cli.replay;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** A line on a terminal that grows; drawn at most ten times a second. */
final class ProgressBar implements Progress {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final PrintWriter terminal;
  private final long beginNanos = System.nanoTime();
  private long drawnNanos;

  ProgressBar(PrintWriter terminal) {
    this.terminal = terminal;
  }

  @Override
  public void onStep(int over, int failed, int inFlight, int total) {
    long now = System.nanoTime();
    if (over < total && drawnNanos != 0 && now - drawnNanos < REDRAW_NANOS) {
      return;
    }
    drawnNanos = now;
    terminal.print("\r" + line(over, failed, inFlight, total, (now - beginNanos) / 1e9) + "\033[K");
    if (over == total) {
      terminal.println();
    }
    terminal.flush();
  }

  static String line(int over, int failed, int inFlight, int total, double seconds) {
    int full = total == 0 ? WIDTH : (int) ((long) WIDTH * over / total);
    return String.format(
        Locale.ROOT,
        "[%s%s] %d/%d  %d in flight  %d failed  %.0f s",
        "#".repeat(full),
        ".".repeat(WIDTH - full),
        over,
        total,
        inFlight,
        failed,
        seconds);
  }
}
