package dev.hanse.provider.fake;

import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Opens an exchange on a context of its own and remembers what its listener hears. */
public final class Heard implements ExchangeListener {
  private static final long PATIENCE_SECONDS = 10;

  private final Context context;
  private final CompletableFuture<Exchange> exchange = new CompletableFuture<>();
  private final List<String> chunks = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> arriving = new LinkedBlockingQueue<>();
  private final CompletableFuture<Object> end = new CompletableFuture<>();
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicInteger strayCalls = new AtomicInteger();

  private Heard(Context context) {
    this.context = context;
  }

  public static Heard from(Vertx vertx, Provider provider, EngineRequest request) {
    Context context = ((VertxInternal) vertx).createEventLoopContext();
    Heard heard = new Heard(context);
    context.runOnContext(nothing -> heard.exchange.complete(provider.open(request, heard)));
    return heard;
  }

  /** As {@link #from}, and cancels in the same turn of the event loop. */
  public static Heard cancelledAtOnce(Vertx vertx, Provider provider, EngineRequest request) {
    Context context = ((VertxInternal) vertx).createEventLoopContext();
    Heard heard = new Heard(context);
    context.runOnContext(nothing -> {
      Exchange opened = provider.open(request, heard);
      opened.cancel();
      heard.exchange.complete(opened);
    });
    return heard;
  }

  /** The future's value, waited for. */
  public static <T> T await(Future<T> future) {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void onChunk(Buffer json) {
    note();
    chunks.add(json.toString());
    arriving.add(json.toString());
  }

  @Override
  public void onEnd(Completion completion) {
    note();
    ends.incrementAndGet();
    end.complete(completion);
  }

  @Override
  public void onFailure(ProviderFailure failure) {
    note();
    ends.incrementAndGet();
    end.complete(failure);
  }

  private void note() {
    if (ends.get() > 0 || !context.equals(Vertx.currentContext())) {
      strayCalls.incrementAndGet();
    }
  }

  public void pause() {
    onContext(Exchange::pause);
  }

  public void resume() {
    onContext(Exchange::resume);
  }

  /** Returns when the exchange has been cancelled. */
  public void cancel() {
    onContext(Exchange::cancel);
  }

  private void onContext(Consumer<Exchange> action) {
    Exchange opened = exchange.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    context.runOnContext(nothing -> {
      action.accept(opened);
      done.complete(true);
    });
    done.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** The next chunk, waited for. */
  public String nextChunk() {
    try {
      String chunk = arriving.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (chunk == null) {
        throw new AssertionError("no chunk came");
      }
      return chunk;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  public List<String> chunks() {
    return chunks;
  }

  /** The completion; an error when it failed instead. */
  public Completion completion() {
    Object heard = outcome();
    if (heard instanceof Completion completion) {
      return completion;
    }
    throw new AssertionError("failed: " + heard);
  }

  /** The failure; an error when it ended well instead. */
  public ProviderFailure failure() {
    Object heard = outcome();
    if (heard instanceof ProviderFailure failure) {
      return failure;
    }
    throw new AssertionError("ended well: " + heard);
  }

  public boolean hasEnded() {
    return end.isDone();
  }

  /** Calls after the end, or on another context than the one that opened. */
  public int strayCalls() {
    return strayCalls.get();
  }

  private Object outcome() {
    return end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }
}
