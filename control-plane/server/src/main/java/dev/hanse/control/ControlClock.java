package dev.hanse.control;

import dev.hanse.control.membership.Moment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Reads the two clocks a control plane lives by. */
public final class ControlClock implements Supplier<Moment> {
  private final InstantSource wall;
  private final LongSupplier nanos;
  private final long start;

  /**
   * Joins two clocks.
   *
   * @param nanos a clock that only moves forward, such as {@code System::nanoTime}
   */
  public ControlClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** The machine's. */
  public static ControlClock system() {
    return new ControlClock(InstantSource.system(), System::nanoTime);
  }

  @Override
  public Moment get() {
    return new Moment(Duration.ofNanos(nanos.getAsLong() - start), wall.instant());
  }
}
