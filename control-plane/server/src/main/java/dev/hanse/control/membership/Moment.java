package dev.hanse.control.membership;

import java.time.Duration;
import java.time.Instant;

/**
 * Now, by both clocks a control plane needs.
 *
 * @param uptime by a clock that only moves forward; leases and silences are measured with it, so
 *     that a corrected wall clock expires nobody
 * @param wall the time of day, for what certificates and evidence say
 */
public record Moment(Duration uptime, Instant wall) {
  /** The same point, later. */
  public Moment plus(Duration passed) {
    return new Moment(uptime.plus(passed), wall.plus(passed));
  }
}
