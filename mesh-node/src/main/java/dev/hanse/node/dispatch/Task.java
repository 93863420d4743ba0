package dev.hanse.node.dispatch;

import dev.hanse.api.Operation;
import dev.hanse.node.serving.Alarms.Alarm;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on this node: waiting for room, then running on its engine. Whichever of end,
 * failure, timeout in the queue and cancel comes first settles it in the ledger.
 *
 * <p>Threads: confined to the context that opened it, {@link #beginOnContext} aside.
 */
final class Task extends Ledger.Entry implements Exchange, ExchangeListener {
  private final Dispatcher dispatcher;
  private final Upstream.Attempt attempt;
  private final Engine engine;
  private final Executor context;
  private final ExchangeListener listener;
  private final Instant arrivedAt;
  private @Nullable Exchange exchange;
  private Alarm queueing = Alarm.NONE;
  private boolean cancelled;
  private boolean over;
  private boolean paused;
  private boolean heard;

  Task(
      Dispatcher dispatcher,
      Upstream.Attempt attempt,
      Engine engine,
      Executor context,
      ExchangeListener listener) {
    super(attempt.edge(), attempt.reservedTokens());
    this.dispatcher = dispatcher;
    this.attempt = attempt;
    this.engine = engine;
    this.context = context;
    this.listener = listener;
    this.arrivedAt = dispatcher.clock.instant();
  }

  void await() {
    Duration budget = attempt.request().budget();
    Duration longest = dispatcher.limits.longestQueueing();
    queueing =
        dispatcher.alarms.after(
            budget.compareTo(longest) < 0 ? budget : longest, this::onQueuedTooLong);
  }

  private void onQueuedTooLong() {
    if (!over && dispatcher.ledger.leaveQueue(this)) {
      over = true;
      dispatcher.launch(dispatcher.ledger.release(this));
      listener.onFailure(Dispatcher.queuedTooLong());
    }
  }

  /** Room has come, perhaps on another thread. */
  void beginOnContext() {
    context.execute(() -> {
      if (!over) {
        begin();
      }
    });
  }

  void begin() {
    queueing.cancel();
    ServingRequest request = attempt.request();
    Duration left = request.budget().minus(Duration.between(arrivedAt, dispatcher.clock.instant()));
    Exchange opened =
        engine
            .provider()
            .open(
                new EngineRequest(
                    request.requestId(),
                    operationOf(request.operation()),
                    engine.models().getOrDefault(request.placement().model(), ""),
                    request.stream(),
                    request.body(),
                    left.isPositive() ? left : Duration.ofMillis(1),
                    headersOf(request.trace())),
                this);
    if (cancelled) {
      opened.cancel();
    } else if (!over) {
      exchange = opened;
      if (paused) {
        opened.pause();
      }
    }
  }

  static dev.hanse.provider.Operation operationOf(Operation operation) {
    return switch (operation) {
      case CHAT -> dev.hanse.provider.Operation.CHAT;
      case COMPLETION -> dev.hanse.provider.Operation.COMPLETION;
      case EMBEDDING -> dev.hanse.provider.Operation.EMBEDDING;
    };
  }

  private static Map<String, String> headersOf(TraceContext trace) {
    if (trace.traceparent().isEmpty()) {
      return Map.of();
    }
    return trace.tracestate().isEmpty()
        ? Map.of("traceparent", trace.traceparent())
        : Map.of("traceparent", trace.traceparent(), "tracestate", trace.tracestate());
  }

  @Override
  public void onChunk(Buffer json) {
    if (over) {
      return;
    }
    if (heard) {
      dispatcher.launch(dispatcher.ledger.step(this));
    } else {
      heard = true;
      dispatcher.firstTokens.add(Duration.between(arrivedAt, dispatcher.clock.instant()));
      dispatcher.launch(dispatcher.ledger.shrink(this, decodeTokens()));
    }
    listener.onChunk(json);
  }

  /** What its edge counts as left, too; this node's own guess where the edge does not say. */
  private long decodeTokens() {
    long expected = dispatcher.limits.expectedOutputTokens();
    return attempt.decodeTokens() > 0 ? Math.min(expected, attempt.decodeTokens()) : expected;
  }

  @Override
  public void onEnd(Completion completion) {
    if (settle()) {
      listener.onEnd(completion);
    }
  }

  @Override
  public void onFailure(ProviderFailure failure) {
    if (settle()) {
      listener.onFailure(failure);
    }
  }

  @Override
  public void pause() {
    paused = true;
    if (exchange != null) {
      exchange.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    if (exchange != null) {
      exchange.resume();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (settle() && exchange != null) {
      exchange.cancel();
    }
  }

  private boolean settle() {
    if (over) {
      return false;
    }
    over = true;
    queueing.cancel();
    dispatcher.launch(dispatcher.ledger.release(this));
    return true;
  }
}
