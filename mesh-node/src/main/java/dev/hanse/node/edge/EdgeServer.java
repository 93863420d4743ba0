package dev.hanse.node.edge;

import dev.hanse.node.admission.Gate;
import dev.hanse.node.admission.KeyRing;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * An edge: OpenAI's API on one address.
 *
 * <p>Threads: methods may be called from any; requests run on the edge's own event loops.
 */
public final class EdgeServer {
  /** How often a draining edge looks whether its requests have ended. */
  private static final long DRAIN_POLL_MILLIS = 20;

  private final Vertx vertx;
  private final EdgeConfig config;
  private final EdgeCore core;
  private final List<EdgeListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Optional<String> deployment = Optional.empty();

  /**
   * Makes an edge that does not listen yet.
   *
   * @param random for request ids; used by several threads at once, so one that allows it
   */
  public EdgeServer(
      Vertx vertx, EdgeConfig config, KeyRing keys, EdgePorts ports, RandomGenerator random) {
    this.vertx = vertx;
    this.config = config;
    this.core = new EdgeCore(vertx, config, ports, keys, random);
  }

  /**
   * Listens.
   *
   * @return the port; fails with an {@link IllegalStateException} naming the address when it is
   *     taken
   */
  public Future<Integer> start() {
    return vertx
        .deployVerticle(
            () -> {
              EdgeListener listener = new EdgeListener(core);
              listeners.add(listener);
              return listener;
            },
            new DeploymentOptions().setInstances(config.eventLoops()))
        .map(id -> {
          deployment = Optional.of(id);
          return listeners.getFirst().port();
        })
        .recover(cause ->
            Future.failedFuture(
                new IllegalStateException(
                    "the edge cannot listen on "
                        + config.host()
                        + ":"
                        + config.port()
                        + ": "
                        + cause.getMessage(),
                    cause)));
  }

  /** What the edge holds at the moment, for telemetry and beats. */
  public Gate gate() {
    return core.gate();
  }

  /**
   * Stops without cutting anybody off: {@code /readyz} says 503 at once, answers carry {@code
   * connection: close}, requests in flight are finished. Those left after {@code patience} get an
   * error. Then it stops listening.
   */
  public Future<Void> drain(Duration patience) {
    core.startDraining();
    Promise<Void> idle = Promise.promise();
    long giveUp = vertx.setTimer(Math.max(1, patience.toMillis()), _ -> idle.tryComplete());
    long poll =
        vertx.setPeriodic(
            DRAIN_POLL_MILLIS,
            _ -> {
              if (core.active().isEmpty()) {
                idle.tryComplete();
              }
            });
    return idle.future()
        .compose(_ -> {
          vertx.cancelTimer(giveUp);
          vertx.cancelTimer(poll);
          core.active().forEach(InferenceCall::shutDown);
          return vertx.timer(DRAIN_POLL_MILLIS, TimeUnit.MILLISECONDS);
        })
        .compose(_ -> close());
  }

  /** Stops at once; connections are closed. Idempotent. */
  public Future<Void> close() {
    core.startDraining();
    Optional<String> running = deployment;
    deployment = Optional.empty();
    return running.map(vertx::undeploy).orElseGet(Future::succeededFuture);
  }
}
