package dev.hanse.node.serving;

import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Records what is opened, and answers as the test says. */
public final class FakeUpstream implements Upstream {
  public static final Usage USAGE = new Usage(100, 0, 10, 0, true);

  private final List<Opened> opened = new ArrayList<>();
  private Consumer<Opened> script = _ -> {};

  /** What to do with each attempt before {@code open} returns. */
  public FakeUpstream answering(Consumer<Opened> onOpen) {
    script = onOpen;
    return this;
  }

  public List<Opened> opened() {
    return opened;
  }

  public Opened last() {
    return opened.getLast();
  }

  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    Opened exchange = new Opened(attempt, listener);
    opened.add(exchange);
    script.accept(exchange);
    return exchange;
  }

  public static ProviderFailure failure(Kind kind, Retry retry) {
    return new ProviderFailure(kind, 503, "code", "message", retry, Usage.NONE, Optional.empty());
  }

  public static Retry elsewhere() {
    return new Retry.Elsewhere(Duration.ZERO);
  }

  /** One attempt as the upstream sees it. */
  public static final class Opened implements Exchange {
    public final Attempt attempt;
    private final ExchangeListener listener;
    public boolean cancelled;
    public boolean paused;

    Opened(Attempt attempt, ExchangeListener listener) {
      this.attempt = attempt;
      this.listener = listener;
    }

    public void chunk(String json) {
      listener.onChunk(Buffer.buffer(json));
    }

    public void end() {
      listener.onEnd(new Completion(USAGE, Optional.empty(), "stop"));
    }

    public void fail(ProviderFailure failure) {
      listener.onFailure(failure);
    }

    @Override
    public void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
