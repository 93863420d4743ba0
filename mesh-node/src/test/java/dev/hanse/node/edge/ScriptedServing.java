package dev.hanse.node.edge;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.Serving;
import dev.hanse.node.serving.ServingListener;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Serving that does what a test says: at once by its script, or later, call by call. */
final class ScriptedServing implements Serving {
  static final Price PRICE = new Price(150_000, 75_000, 600_000);
  static final Member NODE =
      new Member(
          NodeId.parse("acme.gpu-1"),
          new RegionId("eu-west"),
          Endpoint.NONE,
          "",
          Set.of(Role.PROVIDER),
          List.of(
              new ModelOffer(
                  new ModelId("llama-3.1-8b-instruct"),
                  Set.of(Operation.CHAT, Operation.COMPLETION),
                  8192,
                  "fp8",
                  PRICE)),
          new Capacity(10_000, 1000, 100),
          "simulated (h100)",
          true,
          DataPolicy.NONE,
          new AttestationSummary(
              "simulated",
              AttestationLevel.SIMULATED,
              Instant.parse("2026-11-20T12:00:00Z"),
              Instant.parse("2026-11-20T13:00:00Z")),
          MemberState.READY,
          1);

  private final BlockingQueue<Run> runs = new LinkedBlockingQueue<>();
  private volatile Consumer<Run> script = _ -> {};

  /** What happens to each request within {@code serve}, before it returns. */
  void script(Consumer<Run> steps) {
    script = steps;
  }

  /** The next request that reached serving. */
  Run next() throws InterruptedException {
    Run run = runs.poll(10, TimeUnit.SECONDS);
    if (run == null) {
      throw new AssertionError("no request reached serving");
    }
    return run;
  }

  boolean isUntouched() {
    return runs.isEmpty();
  }

  @Override
  public Exchange serve(ServingRequest request, ServingListener listener) {
    Run run = new Run(request, listener, Objects.requireNonNull(Vertx.currentContext()));
    runs.add(run);
    script.accept(run);
    return run;
  }

  static Usage usage(long prompt, long completion) {
    return new Usage(prompt, 0, completion, 0, true);
  }

  static ProviderFailure failure(ProviderFailure.Kind kind, int status, String code, Retry retry) {
    return new ProviderFailure(
        kind, status, code, "Something went wrong.", retry, Usage.NONE, Optional.empty());
  }

  /** One request being served. */
  static final class Run implements Exchange {
    final ServingRequest request;
    final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicInteger pauses = new AtomicInteger();
    final AtomicInteger resumes = new AtomicInteger();
    volatile boolean paused;
    private final ServingListener listener;
    private final Context context;

    Run(ServingRequest request, ServingListener listener, Context context) {
      this.request = request;
      this.listener = listener;
      this.context = context;
    }

    Run place() {
      return call(
          () -> listener.onPlaced(new Placed(NODE, PRICE, "prefix-match 12/14 blocks; ring 1st")));
    }

    Run chunk(String json) {
      return call(() -> listener.onChunk(Buffer.buffer(json)));
    }

    Run end(Usage usage) {
      return call(() -> listener.onEnd(new Completion(usage, Optional.empty(), "stop")));
    }

    Run end(Usage usage, String usageChunk) {
      return call(() ->
          listener.onEnd(new Completion(usage, Optional.of(Buffer.buffer(usageChunk)), "stop")));
    }

    Run fail(ProviderFailure failure) {
      return call(() -> listener.onFailure(failure));
    }

    boolean awaitCancel() throws InterruptedException {
      return cancelled.await(10, TimeUnit.SECONDS);
    }

    boolean isCancelled() {
      return cancelled.getCount() == 0;
    }

    @Override
    public void pause() {
      paused = true;
      pauses.incrementAndGet();
    }

    @Override
    public void resume() {
      paused = false;
      resumes.incrementAndGet();
    }

    @Override
    public void cancel() {
      cancelled.countDown();
    }

    private Run call(Runnable step) {
      if (context.equals(Vertx.currentContext())) {
        step.run();
        return this;
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      context.runOnContext(_ -> {
        try {
          step.run();
          done.complete(null);
        } catch (RuntimeException | AssertionError e) {
          done.completeExceptionally(e);
        }
      });
      done.orTimeout(10, TimeUnit.SECONDS).join();
      return this;
    }
  }
}
