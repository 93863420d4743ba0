package dev.hanse.node.serving;

import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.Router;
import io.vertx.core.Vertx;

/**
 * Keeps a router in quota: asks the nodes in use ahead of time, so that no request ever waits for
 * an answer.
 *
 * <p>Threads: {@link #start} and {@link #stop} on one event loop, which asks as well.
 */
public final class QuotaKeeper {
  /** A tenth of a beat: room is asked for well before it has run out. */
  private static final long LOOK_EVERY_MILLIS = 50;

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Router router;
  private final QuotaPort port;
  private long timer = NO_TIMER;

  public QuotaKeeper(Vertx vertx, Router router, QuotaPort port) {
    this.vertx = vertx;
    this.router = router;
    this.port = port;
  }

  /** Starts asking. */
  public void start() {
    if (timer == NO_TIMER) {
      timer = vertx.setPeriodic(LOOK_EVERY_MILLIS, _ -> look());
    }
  }

  /** Stops asking; what is granted runs out. Idempotent. */
  public void stop() {
    vertx.cancelTimer(timer);
    timer = NO_TIMER;
  }

  private void look() {
    router
        .quotasToAsk()
        .forEach((node, ask) -> {
          QuotaAsk asked = ask;
          var _ =
              port.ask(node, asked)
                  .onSuccess(grant -> router.granted(node.id(), grant))
                  .onFailure(_ -> router.askFailed(node.id(), asked));
        });
  }
}
