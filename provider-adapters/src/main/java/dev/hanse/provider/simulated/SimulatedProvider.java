package dev.hanse.provider.simulated;

import dev.hanse.provider.Capability;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An engine for demonstrations and tests: real scheduling, batching and caching over made-up
 * answers (see {@code batching.BatchEngine} and {@code answer.Composer}).
 *
 * <p>It never hides what it is: every answer's {@code system_fingerprint} is {@code
 * hanse-simulated-<profile>}, its capability says so, and its prose begins with it.
 */
public final class SimulatedProvider implements Provider {
  private final Vertx vertx;
  private final SimulatedConfig config;
  private final EngineLoop loop;
  private final Preparation preparation;
  private final Set<SimulatedExchange> open = ConcurrentHashMap.newKeySet();
  private volatile Faults faults = Faults.NONE;
  private volatile boolean closed;

  private SimulatedProvider(Vertx vertx, SimulatedConfig config, InstantSource clock) {
    this.vertx = vertx;
    this.config = config;
    loop = new EngineLoop(vertx, config, System::nanoTime);
    preparation = new Preparation(config, clock);
  }

  /**
   * An idle engine. Its steps run on the current context, or on one of its own if there is none.
   */
  public static SimulatedProvider create(Vertx vertx, SimulatedConfig config) {
    return create(vertx, config, InstantSource.system());
  }

  /**
   * An idle engine.
   *
   * @param clock dates answers
   */
  public static SimulatedProvider create(Vertx vertx, SimulatedConfig config, InstantSource clock) {
    return new SimulatedProvider(vertx, config, clock);
  }

  /** Misbehaves from now on in that way; requests in flight keep the way they began with. */
  public void misbehave(Faults other) {
    faults = other;
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public Capability capability() {
    return new Capability(
        "simulated (" + config.profile().name() + ")",
        true,
        Set.of(Operation.CHAT, Operation.COMPLETION, Operation.EMBEDDING),
        true,
        true);
  }

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    SimulatedExchange exchange =
        new SimulatedExchange(
            vertx, loop, request, listener, faults.of(request.requestId()), open::remove);
    open.add(exchange);
    if (closed) {
      exchange.abort(Failures.closed());
    } else {
      exchange.start(preparation);
    }
    return exchange;
  }

  @Override
  public Future<EngineStatus> status() {
    if (closed) {
      return Future.failedFuture(new EngineUnavailable(Failures.closed()));
    }
    if (faults.unhealthy()) {
      return Future.failedFuture(new EngineUnavailable(Failures.unhealthy()));
    }
    return Future.succeededFuture(loop.status());
  }

  @Override
  public Future<List<EngineModel>> models() {
    return Future.succeededFuture(
        config.models().stream()
            .map(model -> new EngineModel(model.id(), config.contextTokens(model)))
            .toList());
  }

  @Override
  public Future<Void> close() {
    closed = true;
    open.forEach(exchange -> exchange.abort(Failures.closed()));
    return Future.succeededFuture();
  }
}
