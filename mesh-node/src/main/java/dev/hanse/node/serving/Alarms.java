package dev.hanse.node.serving;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Runs things later, on the context that asked. Tests put virtual time in its place. */
public interface Alarms {
  /**
   * Runs once after the delay unless cancelled before; a delay below a millisecond counts as one.
   */
  Alarm after(Duration delay, Runnable ring);

  /** One alarm that was set. */
  interface Alarm {
    /** Does nothing, for where no alarm was set. */
    Alarm NONE = () -> {};

    /** It will not ring. Harmless when it has rung, or when repeated. */
    void cancel();
  }

  /** Vert.x timers. Ask on an event loop: the alarm rings on the same. */
  static Alarms of(Vertx vertx) {
    return (delay, ring) -> {
      long timer = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> ring.run());
      return () -> vertx.cancelTimer(timer);
    };
  }
}
