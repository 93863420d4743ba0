package dev.hanse.control.membership;

import java.time.Duration;

/**
 * The time leases are measured in: uptime, less the stretches in which this process did not run.
 *
 * <p>After a pause (a stopped process, a suspended machine) the beats that arrived meanwhile still
 * wait in the sockets. Expiring leases before reading them would empty the region for a fault of
 * our own, so a gap between two calls above half a lease does not count.
 */
final class LeaseClock {
  private final Duration stall;
  private Duration last;
  private Duration stalled = Duration.ZERO;

  LeaseClock(Duration lease, Duration start) {
    this.stall = lease.dividedBy(2);
    this.last = start;
  }

  Duration read(Moment now) {
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
