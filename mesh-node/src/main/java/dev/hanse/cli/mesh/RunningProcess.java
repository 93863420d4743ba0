package dev.hanse.cli.mesh;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Runs a process of the mesh in the foreground until it is told to stop. */
public final class RunningProcess {
  private static final Duration START_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(40);

  private RunningProcess() {}

  /** A Vert.x instance as the commands use it. */
  public static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  }

  /** Waits for a future of this process's making, on a thread that may wait. */
  public static <T> T await(Future<T> future, Duration within) throws Exception {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof Exception cause ? cause : failure;
    } catch (TimeoutException late) {
      throw new IllegalStateException("not done within " + within.toSeconds() + " s", late);
    }
  }

  /** As {@link #await(Future, Duration)}, for as long as a start may take. */
  public static <T> T awaitStart(Future<T> future) throws Exception {
    return await(future, START_WITHIN);
  }

  /**
   * Returns when the process was asked to stop (SIGINT or SIGTERM) and {@code stop} is done. The
   * JVM ends when this process's shutdown hook does.
   */
  public static void untilStopped(PrintWriter out, Supplier<Future<Void>> stop)
      throws InterruptedException {
    untilStopped(out, () -> await(stop.get(), STOP_WITHIN));
  }

  /**
   * As {@link #untilStopped(PrintWriter, Supplier)}, and closes Vert.x behind what runs on it.
   *
   * <p>From this thread and not from the end of {@code stop}: that comes on an event loop, and
   * closing ends the loop it would have to report to.
   */
  public static void untilStopped(PrintWriter out, Supplier<Future<Void>> stop, Vertx vertx)
      throws InterruptedException {
    untilStopped(
        out,
        () -> {
          try {
            await(stop.get(), STOP_WITHIN);
          } finally {
            await(vertx.close(), STOP_WITHIN);
          }
        });
  }

  private interface Stopping {
    void run() throws Exception;
  }

  private static void untilStopped(PrintWriter out, Stopping stopping) throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  try {
                    if (!stopped.await(STOP_WITHIN.toSeconds() + 5, TimeUnit.SECONDS)) {
                      out.println("hanse: could not stop in time");
                    }
                  } catch (InterruptedException impatient) {
                    Thread.currentThread().interrupt();
                  }
                },
                "stop"));
    asked.await();
    out.println("stopping; Ctrl-C again does not hurry it");
    out.flush();
    try {
      stopping.run();
      out.println("stopped");
    } catch (Exception failure) {
      out.println("stopped, not cleanly: " + failure.getMessage());
    } finally {
      out.flush();
      stopped.countDown();
    }
  }
}
