package dev.hanse.provider.resilience;

import dev.hanse.provider.Capability;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Repeats an attempt that failed before its first chunk, as its plan and its budget allow. */
public final class RetryingProvider implements Provider {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Provider engine;
  private final RetryPlan plan;
  private final RetryBudget budget;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * A provider that retries on another's behalf.
   *
   * @param random used from several event loops, so it must be safe for that
   */
  public RetryingProvider(
      Vertx vertx,
      Provider engine,
      RetryPlan plan,
      RetryBudget budget,
      InstantSource clock,
      RandomGenerator random) {
    this.vertx = vertx;
    this.engine = engine;
    this.plan = plan;
    this.budget = budget;
    this.clock = clock;
    this.random = random;
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
    budget.requested();
    Attempts attempts = new Attempts(request, listener);
    attempts.next(request.budget());
    return attempts;
  }

  @Override
  public Future<EngineStatus> status() {
    return engine.status();
  }

  @Override
  public Future<List<EngineModel>> models() {
    return engine.models();
  }

  @Override
  public Future<Void> close() {
    return engine.close();
  }

  /** The attempts of one request, one after the other. */
  private final class Attempts implements Exchange, ExchangeListener {
    private final EngineRequest request;
    private final ExchangeListener listener;
    private final Instant deadline;
    private @Nullable Exchange current;
    private int number;
    private long timer = NO_TIMER;
    private boolean chunkSeen;
    private boolean paused;
    private boolean done;

    Attempts(EngineRequest request, ExchangeListener listener) {
      this.request = request;
      this.listener = listener;
      this.deadline = clock.instant().plus(request.budget());
    }

    void next(Duration left) {
      number++;
      Exchange opened =
          engine.open(
              new EngineRequest(
                  request.requestId(),
                  request.operation(),
                  request.model(),
                  request.stream(),
                  request.body(),
                  left,
                  request.headers()),
              this);
      current = opened;
      if (paused) {
        opened.pause();
      }
    }

    @Override
    public void onChunk(Buffer json) {
      chunkSeen = true;
      listener.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      done = true;
      listener.onEnd(completion);
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      Duration left = Duration.between(clock.instant(), deadline);
      Optional<Duration> pause =
          chunkSeen ? Optional.empty() : plan.next(number, failure, left, budget, random);
      if (pause.isEmpty()) {
        done = true;
        listener.onFailure(failure);
        return;
      }
      current = null;
      timer = vertx.setTimer(Math.max(1, pause.get().toMillis()), fired -> afterPause(failure));
    }

    private void afterPause(ProviderFailure last) {
      timer = NO_TIMER;
      if (done) {
        return;
      }
      Duration left = Duration.between(clock.instant(), deadline);
      if (left.isPositive()) {
        next(left);
      } else {
        done = true;
        listener.onFailure(last);
      }
    }

    @Override
    public void pause() {
      paused = true;
      if (current != null) {
        current.pause();
      }
    }

    @Override
    public void resume() {
      paused = false;
      if (current != null) {
        current.resume();
      }
    }

    @Override
    public void cancel() {
      done = true;
      if (timer != NO_TIMER) {
        vertx.cancelTimer(timer);
      }
      if (current != null) {
        current.cancel();
      }
    }
  }
}
