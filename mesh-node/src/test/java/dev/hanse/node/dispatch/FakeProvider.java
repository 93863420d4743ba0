package dev.hanse.node.dispatch;

import dev.hanse.provider.Capability;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An engine that answers as the test says. Safe for a test thread beside an event loop. */
public final class FakeProvider implements Provider {
  private final List<Opened> opened = new CopyOnWriteArrayList<>();
  private volatile Consumer<Opened> script = _ -> {};
  private volatile Supplier<Future<EngineStatus>> status =
      () -> Future.succeededFuture(new EngineStatus(0, 0));

  /** What to do with each request before {@code open} returns. */
  public FakeProvider answering(Consumer<Opened> onOpen) {
    script = onOpen;
    return this;
  }

  public FakeProvider status(Supplier<Future<EngineStatus>> answer) {
    status = answer;
    return this;
  }

  public List<Opened> opened() {
    return opened;
  }

  public Opened last() {
    return opened.getLast();
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public Capability capability() {
    return new Capability("fake", true, Set.of(Operation.CHAT), true, false);
  }

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    Opened exchange = new Opened(request, listener);
    opened.add(exchange);
    script.accept(exchange);
    return exchange;
  }

  @Override
  public Future<EngineStatus> status() {
    return status.get();
  }

  @Override
  public Future<List<EngineModel>> models() {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  /**
   * One request as the engine sees it. Answers on the context it was opened on, whoever asks; where
   * there was none, at once.
   */
  public static final class Opened implements Exchange {
    public final EngineRequest request;
    private final ExchangeListener listener;
    private final @Nullable Context context = Vertx.currentContext();
    private volatile Runnable onResume = () -> {};
    public volatile boolean cancelled;
    public volatile boolean paused;

    Opened(EngineRequest request, ExchangeListener listener) {
      this.request = request;
      this.listener = listener;
    }

    public void chunk(String json) {
      run(() -> listener.onChunk(Buffer.buffer(json)));
    }

    public void end() {
      run(() ->
          listener.onEnd(
              new Completion(
                  new Usage(5, 2, 3, 1, true),
                  Optional.of(Buffer.buffer("{\"usage\":{}}")),
                  "stop")));
    }

    public void fail(ProviderFailure failure) {
      run(() -> listener.onFailure(failure));
    }

    /** Whenever it is resumed. */
    public void onResume(Runnable then) {
      onResume = then;
    }

    /** On the engine's side of things. */
    public void run(Runnable task) {
      if (context == null || context.equals(Vertx.currentContext())) {
        task.run();
      } else {
        context.runOnContext(_ -> task.run());
      }
    }

    @Override
    public void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
      onResume.run();
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
