package dev.hanse.node.admission;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves when it is told to. */
final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T12:00:00Z"));

  @Override
  public Instant instant() {
    return now.get();
  }

  void advance(Duration step) {
    now.updateAndGet(instant -> instant.plus(step));
  }
}
