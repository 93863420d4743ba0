package dev.hanse.control.membership;

import java.time.Duration;

/**
 * The time leases and silences are measured in: uptime, less the stretches in which this process
 * did not run.
 *
 * <p>After a pause (a stopped process, a suspended machine) the beats that arrived meanwhile still
 * wait in the sockets. Expiring leases before reading them would empty the region for a fault of
 * our own, so a gap between two calls above half a lease does not count.
 */
public final class LeaseClock {
  private final Duration stall;
  private Duration last;
  private Duration stalled = Duration.ZERO;

  /**
   * Starts measuring.
   *
   * @param lease after how much silence something is given up
   */
  public LeaseClock(Duration lease, Duration start) {
    this.stall = lease.dividedBy(2);
    this.last = start;
  }

  /** To be called more often than every half lease. */
  public Duration read(Moment now) {
    Duration gap = now.uptime().minus(last);
    if (gap.compareTo(stall) > 0) {
      stalled = stalled.plus(gap);
    }
    if (gap.isPositive()) {
      last = now.uptime();
    }
    return last.minus(stalled);
  }
}
