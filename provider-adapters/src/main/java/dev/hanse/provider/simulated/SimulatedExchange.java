package dev.hanse.provider.simulated;

import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import dev.hanse.provider.simulated.Preparation.Outcome;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/**
 * One request in the simulated engine.
 *
 * <p>Threads: the engine's loop counts tokens up in atomics and asks for a delivery; everything
 * else happens on the caller's context. A paused exchange holds nothing back but a count, since the
 * answer is known beforehand.
 */
final class SimulatedExchange implements Exchange, EngineLoop.Client {
  private static final int BIG_BODY_BYTES = 128 << 10;
  private static final long LONGEST_TIMER_MILLIS = Integer.MAX_VALUE;

  private final Vertx vertx;
  private final EngineLoop loop;
  private final EngineRequest request;
  private final ExchangeListener listener;
  private final Fault fault;
  private final Consumer<SimulatedExchange> onOver;
  private final Context context;

  // Written by the engine's loop.
  private volatile AtomicIntegerArray produced = new AtomicIntegerArray(0);
  private volatile AtomicIntegerArray cached = new AtomicIntegerArray(0);
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicBoolean deliveryAsked = new AtomicBoolean();

  // Confined to the engine's loop.
  private List<Long> sequences = List.of();
  private boolean withdrawn;

  // Confined to the caller's context.
  private Optional<Job> job = Optional.empty();
  private Optional<AnswerStream> stream = Optional.empty();
  private boolean paused;
  private boolean held;
  private boolean over;
  private long budgetTimer = -1;

  SimulatedExchange(
      Vertx vertx,
      EngineLoop loop,
      EngineRequest request,
      ExchangeListener listener,
      Fault fault,
      Consumer<SimulatedExchange> onOver) {
    this.vertx = vertx;
    this.loop = loop;
    this.request = request;
    this.listener = listener;
    this.fault = fault;
    this.onOver = onOver;
    context = vertx.getOrCreateContext();
  }

  /** Begins, later, on the caller's context. */
  void start(Preparation preparation) {
    context.runOnContext(nothing -> begin(preparation));
  }

  /** Ends with a failure, later, on the caller's context. */
  void abort(ProviderFailure failure) {
    context.runOnContext(nothing -> fail(failure));
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    onProgress();
  }

  @Override
  public void cancel() {
    if (!over) {
      finish();
    }
  }

  private void begin(Preparation preparation) {
    if (over) {
      return;
    }
    budgetTimer =
        vertx.setTimer(
            Math.clamp(request.budget().toMillis(), 1, LONGEST_TIMER_MILLIS),
            fired -> fail(Failures.timedOut(usage())));
    switch (fault) {
      case Fault.FailBeforeHeaders(var status) -> fail(Failures.engineError(status));
      case Fault.RateLimited(var retryAfter) -> fail(Failures.rateLimited(retryAfter));
      case Fault.SlowFirstToken(var delay) -> {
        held = true;
        vertx.setTimer(Math.max(1, delay.toMillis()), fired -> release());
      }
      case Fault.None(), Fault.CutAfter(_), Fault.StallAfter(_), Fault.MalformedAfter(_) -> {}
    }
    if (over) {
      return;
    }
    if (request.body().length() < BIG_BODY_BYTES) {
      prepared(preparation.prepare(request));
    } else {
      // Milliseconds of parsing and hashing would hold up everyone else on this event loop.
      vertx
          .executeBlocking(() -> preparation.prepare(request), false)
          .onSuccess(this::prepared)
          .onFailure(failure -> fail(Failures.engineError(500)));
    }
  }

  private void release() {
    held = false;
    onProgress();
  }

  private void prepared(Outcome outcome) {
    if (over) {
      return;
    }
    switch (outcome) {
      case Outcome.Refused(var failure) -> fail(failure);
      case Outcome.Ready(var ready) -> {
        job = Optional.of(ready);
        if (ready instanceof Job.Generation generation) {
          stream = Optional.of(new AnswerStream(generation));
        }
        produced = new AtomicIntegerArray(ready.work().size());
        cached = new AtomicIntegerArray(ready.work().size());
        loop.execute(() -> submit(ready));
      }
    }
  }

  private void submit(Job ready) {
    if (withdrawn) {
      return;
    }
    sequences = loop.submit(ready.work(), this);
    if (sequences.isEmpty()) {
      context.runOnContext(nothing -> fail(Failures.overloaded()));
    }
  }

  @Override
  public void onAdmitted(int index, int cachedTokens) {
    cached.set(index, cachedTokens);
  }

  @Override
  public void onToken(int index, int generated) {
    produced.set(index, generated);
  }

  @Override
  public void onFinished(int index) {
    finished.incrementAndGet();
  }

  @Override
  public void onProgress() {
    if (deliveryAsked.compareAndSet(false, true)) {
      context.runOnContext(nothing -> deliver());
    }
  }

  private void deliver() {
    deliveryAsked.set(false);
    if (over || paused || held || job.isEmpty()) {
      return;
    }
    switch (job.get()) {
      case Job.Generation generation -> stream.ifPresent(this::deliverText);
      case Job.Embeddings embeddings -> {
        if (finished.get() == embeddings.work().size()) {
          emit(EmbeddingJson.of(embeddings));
          end(Optional.empty(), "");
        }
      }
    }
  }

  private void deliverText(AnswerStream answers) {
    if (request.stream()) {
      for (int i = 0; i < answers.choices() && !over && !paused; i++) {
        answers.tell(i, produced.get(i), faultlessTokens() - answers.toldTokens(), this::emit);
      }
      if (over) {
        return;
      }
      if (answers.toldTokens() >= faultlessTokens() && !answers.complete()) {
        misbehave();
      } else if (answers.complete() && !paused) {
        end(generation().map(whole -> whole.json().usage(usage())), finishReason());
      }
    } else if (finished.get() == answers.choices()) {
      if (usage().completionTokens() > faultlessTokens()) {
        misbehave();
      } else {
        emit(answers.whole(usage()));
        end(Optional.empty(), finishReason());
      }
    }
  }

  private int faultlessTokens() {
    return switch (fault) {
      case Fault.CutAfter(var tokens) -> tokens;
      case Fault.StallAfter(var tokens) -> tokens;
      case Fault.MalformedAfter(var tokens) -> tokens;
      case Fault.None(),
          Fault.FailBeforeHeaders(_),
          Fault.RateLimited(_),
          Fault.SlowFirstToken(_) ->
          Integer.MAX_VALUE;
    };
  }

  private void misbehave() {
    switch (fault) {
      case Fault.CutAfter(_) -> fail(Failures.truncated(usage()));
      case Fault.MalformedAfter(_) -> fail(Failures.malformed(usage()));
      case Fault.None(),
          Fault.StallAfter(_),
          Fault.FailBeforeHeaders(_),
          Fault.RateLimited(_),
          Fault.SlowFirstToken(_) -> {}
    }
  }

  private Optional<Job.Generation> generation() {
    return job.filter(Job.Generation.class::isInstance).map(Job.Generation.class::cast);
  }

  private String finishReason() {
    return generation().map(whole -> whole.answers().getFirst().finishReason()).orElse("");
  }

  private Usage usage() {
    if (job.isEmpty()) {
      return Usage.NONE;
    }
    int choices = generation().map(whole -> whole.question().choices()).orElse(1);
    long cachedTokens = 0;
    // Choices of one prompt are billed for reading it once, as the first of them found it.
    for (int i = 0; i < cached.length(); i += choices) {
      cachedTokens += cached.get(i);
    }
    long completionTokens = 0;
    if (request.stream() && stream.isPresent()) {
      completionTokens = stream.get().toldTokens();
    } else {
      for (int i = 0; i < produced.length(); i++) {
        completionTokens += produced.get(i);
      }
    }
    return new Usage(job.get().promptTokens(), cachedTokens, completionTokens, 0, true);
  }

  private void emit(Buffer chunk) {
    if (!over) {
      listener.onChunk(chunk);
    }
  }

  private void end(Optional<Buffer> usageChunk, String finishReason) {
    if (over) {
      return;
    }
    Completion completion = new Completion(usage(), usageChunk, finishReason);
    finish();
    listener.onEnd(completion);
  }

  private void fail(ProviderFailure failure) {
    if (!over) {
      finish();
      listener.onFailure(failure);
    }
  }

  private void finish() {
    over = true;
    vertx.cancelTimer(budgetTimer);
    loop.execute(() -> {
      withdrawn = true;
      loop.withdraw(sequences);
    });
    onOver.accept(this);
  }
}
