package dev.hanse.node.dispatch;

import dev.hanse.api.Load;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.QuotaPort;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Runs attempts on this node's engines, never more at once than the node announced.
 *
 * <p>Threads: safe for use from several event loops. An attempt stays on the one that opened it,
 * also when it had to wait and another attempt's end lets it start.
 */
public final class Dispatcher implements Upstream {
  /** What a client that finds the queue full is told to leave this node alone for. */
  private static final Duration RETRY_WHEN_FULL = Duration.ofMillis(500);

  /** A drain takes about this long to reach every edge's view. */
  private static final Duration RETRY_WHEN_DRAINING = Duration.ofSeconds(5);

  final DispatchLimits limits;
  final Ledger ledger;
  final FirstTokenTimes firstTokens = new FirstTokenTimes();
  final Alarms alarms;
  final InstantSource clock;
  private final Supplier<Executor> here;
  private final Map<ModelId, Engine> byModel = new HashMap<>();
  private final Map<Engine, EngineHealth> health = new HashMap<>();
  private final AtomicLong beats = new AtomicLong();
  private final List<Promise<Void>> awaitingIdle = new ArrayList<>();
  private volatile boolean draining;

  /**
   * A dispatcher on Vert.x.
   *
   * @throws IllegalArgumentException if two engines serve one model
   */
  public Dispatcher(Vertx vertx, List<Engine> engines, DispatchLimits limits, InstantSource clock) {
    this(vertx, engines, limits, Optional.empty(), clock);
  }

  /**
   * A dispatcher on Vert.x.
   *
   * @param quotas how edges share the cap; empty where whoever comes first is served
   * @throws IllegalArgumentException if two engines serve one model
   */
  public Dispatcher(
      Vertx vertx,
      List<Engine> engines,
      DispatchLimits limits,
      Optional<QuotaLimits> quotas,
      InstantSource clock) {
    this(
        engines,
        new Ledger(limits, quotas),
        limits,
        Alarms.of(vertx),
        () -> currentContext(vertx),
        clock);
  }

  /**
   * A dispatcher whose clockwork is given.
   *
   * @param here what runs things on the calling context later
   */
  Dispatcher(
      List<Engine> engines,
      DispatchLimits limits,
      Alarms alarms,
      Supplier<Executor> here,
      InstantSource clock) {
    this(engines, new Ledger(limits), limits, alarms, here, clock);
  }

  private Dispatcher(
      List<Engine> engines,
      Ledger ledger,
      DispatchLimits limits,
      Alarms alarms,
      Supplier<Executor> here,
      InstantSource clock) {
    this.limits = limits;
    this.ledger = ledger;
    this.alarms = alarms;
    this.here = here;
    this.clock = clock;
    for (Engine engine : engines) {
      for (ModelId model : engine.models().keySet()) {
        if (byModel.put(model, engine) != null) {
          throw new IllegalArgumentException("two engines of this node serve " + model);
        }
      }
      health.put(engine, new EngineHealth(engine.provider(), alarms));
    }
  }

  /** Runs tasks where the caller runs, each in a turn of its own. */
  public static Executor currentContext(Vertx vertx) {
    Context context = vertx.getOrCreateContext();
    return task -> context.runOnContext(_ -> task.run());
  }

  /** Starts probing the engines. Call on an event loop. */
  public void start() {
    health.values().forEach(EngineHealth::start);
  }

  /** Stops probing. Call on the event loop that started it. */
  public void stop() {
    health.values().forEach(EngineHealth::stop);
  }

  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    ModelId model = attempt.request().placement().model();
    Engine engine = byModel.get(model);
    if (engine == null) {
      return refuse(
          listener,
          Kind.MODEL_NOT_FOUND,
          "model_not_found",
          "This node does not serve the model.",
          Duration.ZERO);
    }
    if (draining) {
      return refuse(
          listener,
          Kind.OVERLOADED,
          "node_draining",
          "The node takes nothing new.",
          RETRY_WHEN_DRAINING);
    }
    Task task = new Task(this, attempt, engine, here.get(), listener);
    return switch (ledger.admit(task, clock.instant())) {
      case STARTS -> {
        task.begin();
        yield task;
      }
      case WAITS -> {
        task.await();
        yield task;
      }
      case REFUSED ->
          refuse(
              listener, Kind.OVERLOADED, "node_full", "The node's queue is full.", RETRY_WHEN_FULL);
      case OVER_QUOTA ->
          refuse(
              listener,
              Kind.OVERLOADED,
              QuotaPort.OVER_QUOTA,
              "The edge has no room left on the node.",
              Duration.ZERO);
    };
  }

  private static Exchange refuse(
      ExchangeListener listener, Kind kind, String code, String message, Duration after) {
    listener.onFailure(failure(kind, code, message, after));
    return OVER;
  }

  static ProviderFailure queuedTooLong() {
    return failure(
        Kind.OVERLOADED, "node_full", "The node's queue moved too slowly.", RETRY_WHEN_FULL);
  }

  private static ProviderFailure failure(Kind kind, String code, String message, Duration after) {
    return new ProviderFailure(
        kind,
        kind == Kind.MODEL_NOT_FOUND ? 404 : 503,
        code,
        message,
        new Retry.Elsewhere(after),
        Usage.NONE,
        Optional.empty());
  }

  /** How much work an edge may have here; empty where this node keeps no quotas. */
  public Optional<QuotaGrant> ask(NodeId edge, QuotaAsk ask) {
    return ledger.ask(edge, ask, clock.instant());
  }

  /** Starts what the ledger let in, each on its own context. */
  void launch(List<Ledger.Entry> starting) {
    for (Ledger.Entry entry : starting) {
      ((Task) entry).beginOnContext();
    }
    if (ledger.requests() == 0 && ledger.queued() == 0) {
      List<Promise<Void>> idle;
      synchronized (awaitingIdle) {
        idle = List.copyOf(awaitingIdle);
        awaitingIdle.clear();
      }
      idle.forEach(Promise::tryComplete);
    }
  }

  /** What the node is doing now; every call counts as a beat. */
  public Load load() {
    int kvUsedPermille = 0;
    int queuedInEngines = 0;
    for (EngineHealth engine : health.values()) {
      kvUsedPermille = Math.max(kvUsedPermille, engine.status().kvUsedPermille());
      queuedInEngines += engine.status().queuedRequests();
    }
    return new Load(
        beats.incrementAndGet(),
        ledger.workTokens(),
        ledger.requests(),
        ledger.queued() + Math.max(0, queuedInEngines),
        Math.clamp(kvUsedPermille, 0, 1000),
        firstTokens.medianMillis());
  }

  /** Draining when told to; unhealthy when no engine answers; else ready. */
  public MemberState state() {
    if (draining) {
      return MemberState.DRAINING;
    }
    return health.values().stream().anyMatch(EngineHealth::isHealthy)
        ? MemberState.READY
        : MemberState.UNHEALTHY;
  }

  /**
   * Whether the model's engine answers; what it offers while it does not is not to be announced.
   */
  public boolean serves(ModelId model) {
    Engine engine = byModel.get(model);
    EngineHealth found = engine == null ? null : health.get(engine);
    return found != null && found.isHealthy();
  }

  /** Takes nothing new and finishes what it has; or takes work again. */
  public void drain(boolean on) {
    draining = on;
  }

  /** Completes as soon as nothing runs and nothing waits. */
  public Future<Void> idle() {
    Promise<Void> promise = Promise.promise();
    synchronized (awaitingIdle) {
      awaitingIdle.add(promise);
    }
    launch(List.of());
    return promise.future();
  }

  private static final Exchange OVER =
      new Exchange() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void cancel() {}
      };
}
