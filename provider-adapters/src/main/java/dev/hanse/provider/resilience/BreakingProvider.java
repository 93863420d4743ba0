package dev.hanse.provider.resilience;

import dev.hanse.provider.Capability;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.RefusedExchange;
import dev.hanse.provider.http.StatusTaxonomy;
import dev.hanse.provider.http.UpstreamClient;
import dev.hanse.provider.resilience.CircuitBreaker.Admission;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;

/**
 * Asks an engine only while its circuit breaker lets it. Failures in the middle of a stream count
 * as well as those before it.
 */
public final class BreakingProvider implements Provider {
  private final Vertx vertx;
  private final Provider engine;
  private final CircuitBreaker breaker;

  public BreakingProvider(Vertx vertx, Provider engine, CircuitBreaker breaker) {
    this.vertx = vertx;
    this.engine = engine;
    this.breaker = breaker;
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Capability capability() {
    return engine.capability();
  }

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    return switch (breaker.ask()) {
      case Admission.Admitted admitted -> {
        Watched watched = new Watched(admitted, listener);
        yield watched.over(engine.open(request, watched));
      }
      case Admission.Refused(var after) ->
          RefusedExchange.tell(vertx, listener, circuitOpen(after));
    };
  }

  /** Fails while the circuit is open, so that placement looks elsewhere. */
  @Override
  public Future<EngineStatus> status() {
    return breaker.state() == CircuitBreaker.State.OPEN
        ? Future.failedFuture(new EngineUnavailable(circuitOpen(Duration.ZERO)))
        : engine.status();
  }

  @Override
  public Future<List<EngineModel>> models() {
    return engine.models();
  }

  @Override
  public Future<Void> close() {
    return engine.close();
  }

  private static ProviderFailure circuitOpen(Duration after) {
    return StatusTaxonomy.of(
        Kind.OVERLOADED,
        503,
        "circuit_open",
        "the engine failed too often and is left alone",
        new Retry.Elsewhere(after),
        Usage.NONE);
  }

  /** Reports one exchange's outcome to the breaker, once. */
  private final class Watched implements ExchangeListener {
    private final Admission.Admitted admitted;
    private final ExchangeListener listener;
    private boolean reported;

    Watched(Admission.Admitted admitted, ExchangeListener listener) {
      this.admitted = admitted;
      this.listener = listener;
    }

    Exchange over(Exchange exchange) {
      return new Exchange() {
        @Override
        public void pause() {
          exchange.pause();
        }

        @Override
        public void resume() {
          exchange.resume();
        }

        @Override
        public void cancel() {
          if (!reported) {
            reported = true;
            breaker.unknown(admitted);
          }
          exchange.cancel();
        }
      };
    }

    @Override
    public void onChunk(Buffer json) {
      listener.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      if (!reported) {
        reported = true;
        breaker.succeeded(admitted);
      }
      listener.onEnd(completion);
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      if (!reported) {
        reported = true;
        if (failure.code().equals(UpstreamClient.POOL_FULL)) {
          // Our own bound, not the engine's doing.
          breaker.unknown(admitted);
        } else {
          report(failure.kind());
        }
      }
      listener.onFailure(failure);
    }

    private void report(Kind kind) {
      switch (kind) {
        case AUTHENTICATION, OVERLOADED, ENGINE_ERROR, UNREACHABLE, TIMEOUT, TRUNCATED, MALFORMED ->
            breaker.failed(admitted);
        // It is alive and says so.
        case INVALID_REQUEST,
            CONTEXT_TOO_LONG,
            CONTENT_FILTERED,
            MODEL_NOT_FOUND,
            RATE_LIMITED,
            CANCELLED ->
            breaker.unknown(admitted);
      }
    }
  }
}
