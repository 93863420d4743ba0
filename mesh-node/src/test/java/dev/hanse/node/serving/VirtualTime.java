package dev.hanse.node.serving;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that stands still until a test moves it, and the alarms that ring meanwhile. */
public final class VirtualTime implements InstantSource, Alarms {
  private final PriorityQueue<Set> alarms =
      new PriorityQueue<>(Comparator.comparing(Set::at).thenComparingLong(Set::number));
  private Instant now;
  private long numbers;

  private record Set(Instant at, long number, Runnable ring) {}

  public VirtualTime(Instant start) {
    this.now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public Alarm after(Duration delay, Runnable ring) {
    Set alarm = new Set(now.plus(delay), numbers++, ring);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  /** Moves on, ringing on the way. */
  public void advance(Duration by) {
    Instant until = now.plus(by);
    while (!alarms.isEmpty() && !alarms.peek().at().isAfter(until)) {
      Set next = alarms.remove();
      now = next.at();
      next.ring().run();
    }
    now = until;
  }

  /** Alarms that are set: zero when everything has been cleaned up. */
  public int pending() {
    return alarms.size();
  }
}
