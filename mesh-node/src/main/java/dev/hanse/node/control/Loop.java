package dev.hanse.node.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;

/** The one thread that everything of a client runs on. */
interface Loop {
  /** Runs something there, from anywhere. */
  void run(Runnable task);

  /**
   * Runs something there, later; to be called there. The returned action cancels, and may be run at
   * any time, any number of times.
   */
  Runnable after(Duration delay, Runnable task);

  /** Runs something elsewhere that blocks, in order; the future completes here. */
  <T> Future<T> blocking(Callable<T> task);

  /** A Vert.x event loop. */
  static Loop of(Context context) {
    return new OfContext(context);
  }

  /** See {@link #of}. */
  record OfContext(Context context) implements Loop {
    @Override
    public void run(Runnable task) {
      context.runOnContext(now -> task.run());
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
      Vertx vertx = context.owner();
      long timer = vertx.setTimer(Math.max(1, delay.toMillis()), fired -> task.run());
      return () -> vertx.cancelTimer(timer);
    }

    @Override
    public <T> Future<T> blocking(Callable<T> task) {
      return context.executeBlocking(task).map(Objects::requireNonNull);
    }
  }
}
