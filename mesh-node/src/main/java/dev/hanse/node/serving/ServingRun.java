package dev.hanse.node.serving;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.Exclusions;
import dev.hanse.node.routing.Lease;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.routing.Route;
import dev.hanse.node.serving.Alarms.Alarm;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.node.serving.ServingObserver.Settlement;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request being served. It is in exactly one of these states: waiting for its next placement
 * ({@code pause} is set), in an attempt ({@code current} is set), or over. Every way out of an
 * attempt passes {@link Run#finish}, which is where its lease is released; every way out of the
 * request passes {@link #end}, which is where it is settled.
 *
 * <p>Threads: confined to the context that the request came on. Ports may call back before they
 * return.
 */
final class ServingRun implements Exchange {
  /** Timers count in milliseconds, pauses may not: never come back a fraction early. */
  private static final Duration TIMER_SLACK = Duration.ofMillis(1);

  private final CompletionFlow flow;
  private final ServingRequest request;
  private final ServingListener listener;
  private final Instant startedAt;
  private final RoomWait room;
  private final Set<NodeId> failed = new HashSet<>();
  private int contextTokensAbove;
  private int attempts;
  private boolean over;
  private boolean paused;
  private Alarm deadline = Alarm.NONE;
  private Alarm pause = Alarm.NONE;
  private @Nullable Run current;
  private @Nullable ProviderFailure lastFailure;

  ServingRun(CompletionFlow flow, ServingRequest request, ServingListener listener) {
    this.flow = flow;
    this.request = request;
    this.listener = listener;
    this.startedAt = flow.clock.instant();
    this.room = new RoomWait(flow);
  }

  void start() {
    deadline = flow.alarms.after(request.budget(), this::onDeadline);
    place();
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
    if (over) {
      return;
    }
    Run run = current;
    if (run != null) {
      run.abandon(Failures.cancelled());
    }
    end(
        Outcome.CANCELLED,
        run == null ? Optional.empty() : Optional.of(run.placed),
        run == null ? Usage.NONE : run.usageSoFar(Usage.NONE));
  }

  private void place() {
    if (over) {
      return;
    }
    Exclusions exclusions = new Exclusions(failed, contextTokensAbove);
    switch (flow.router.route(request.placement(), exclusions)) {
      case Route.Leased(Placed placed, Lease lease) -> attempt(placed, lease);
      case Route.Refused refused -> onRefused(refused);
    }
  }

  private void attempt(Placed placed, Lease lease) {
    room.leave();
    attempts++;
    Run run = new Run(placed, lease, attempts);
    current = run;
    run.open();
  }

  private void onRefused(Route.Refused refused) {
    flow.observer.refused(request, refused);
    ProviderFailure failure = lastFailure;
    if (failure == null) {
      waitForRoom(refused, Failures.of(refused));
    } else if (failure.kind() == ProviderFailure.Kind.CONTEXT_TOO_LONG) {
      fail(failure);
    } else if (failed.isEmpty()) {
      waitForRoom(refused, failure);
    } else {
      repeatAfterPause(failure);
    }
  }

  /** Everybody else is ruled out: those that failed are asked again, after the pause they want. */
  private void repeatAfterPause(ProviderFailure failure) {
    Duration wanted = Failures.pauseOf(failure);
    Duration backoff = flow.jittered(flow.policy.backoff().multipliedBy(1L << (attempts - 1)));
    Duration length = wanted.compareTo(backoff) > 0 ? wanted : backoff;
    if (length.compareTo(flow.policy.longestPause()) > 0 || length.compareTo(remaining()) >= 0) {
      fail(failure);
      return;
    }
    pause =
        flow.alarms.after(
            length.plus(TIMER_SLACK),
            () -> {
              failed.clear();
              place();
            });
  }

  private void waitForRoom(Route.Refused refused, ProviderFailure otherwise) {
    boolean mayCome =
        switch (refused.reason()) {
          case FULL, UNAVAILABLE -> true;
          case MODEL_UNKNOWN, CONTEXT_TOO_LONG, NONE_ELIGIBLE -> false;
        };
    Optional<Duration> length = mayCome ? room.next() : Optional.empty();
    if (length.isPresent()) {
      pause = flow.alarms.after(length.get(), this::place);
    } else {
      fail(otherwise);
    }
  }

  private Duration remaining() {
    Duration left = request.budget().minus(elapsed());
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private Duration elapsed() {
    return Duration.between(startedAt, flow.clock.instant());
  }

  private void onDeadline() {
    if (over) {
      return;
    }
    ProviderFailure failure = Failures.deadline(request.budget());
    Run run = current;
    if (run == null) {
      fail(failure);
    } else {
      run.giveUp(failure);
    }
  }

  /** Nobody answered. */
  private void fail(ProviderFailure failure) {
    if (end(Outcome.FAILED, Optional.empty(), Usage.NONE)) {
      listener.onFailure(failure);
    }
  }

  private boolean end(Outcome outcome, Optional<Placed> placed, Usage usage) {
    if (over) {
      return false;
    }
    over = true;
    current = null;
    deadline.cancel();
    pause.cancel();
    room.leave();
    long costMicros =
        placed
            .map(place ->
                place
                    .price()
                    .costMicros(
                        usage.promptTokens(), usage.cachedPromptTokens(), usage.completionTokens()))
            .orElse(0L);
    flow.observer.settled(
        request, new Settlement(outcome, placed, attempts, usage, costMicros, elapsed()));
    return true;
  }

  /** One attempt at one node. */
  private final class Run implements ExchangeListener {
    private final Placed placed;
    private final Lease lease;
    private final int number;
    private @Nullable Exchange exchange;
    private boolean finished;
    private boolean abandoned;
    private long chunks;
    private Instant openedAt = startedAt;
    private Instant heardAt = startedAt;
    private Alarm silence = Alarm.NONE;

    Run(Placed placed, Lease lease, int number) {
      this.placed = placed;
      this.lease = lease;
      this.number = number;
    }

    void open() {
      flow.observer.attemptStarted(request, placed.node(), number);
      openedAt = flow.clock.instant();
      if (request.stream() && number < flow.policy.maxAttempts()) {
        silence = flow.alarms.after(flow.policy.firstChunkWithin(), this::onSilence);
      }
      Exchange opened =
          flow.upstream.open(
              new Upstream.Attempt(
                  request.withBudget(remaining()),
                  placed.node(),
                  number,
                  lease.tokens(),
                  lease.decodeTokens(),
                  placed.price(),
                  flow.router.self()),
              this);
      if (abandoned) {
        opened.cancel();
      } else if (!finished) {
        exchange = opened;
        if (paused) {
          opened.pause();
        }
      }
    }

    @Override
    public void onChunk(Buffer json) {
      if (finished) {
        return;
      }
      heardAt = flow.clock.instant();
      if (chunks == 0) {
        lease.started();
        if (request.stream()) {
          flow.observer.firstChunk(request, placed.node(), Duration.between(openedAt, heardAt));
        }
        silence.cancel();
        silence = flow.alarms.after(flow.policy.stallAfter(), this::checkStall);
        listener.onPlaced(placed);
        if (finished) {
          return;
        }
      }
      chunks++;
      lease.progressed(chunks);
      listener.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      if (finished) {
        return;
      }
      finish(Optional.empty());
      flow.router.succeeded(placed.node().id());
      if (chunks == 0) {
        listener.onPlaced(placed);
      }
      if (end(Outcome.ANSWERED, Optional.of(placed), completion.usage())) {
        listener.onEnd(completion);
      }
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      if (finished) {
        return;
      }
      finish(Optional.of(failure));
      report(failure);
      if (chunks > 0) {
        breakOff(failure);
      } else {
        retry(failure);
      }
    }

    private void report(ProviderFailure failure) {
      Duration wanted = Failures.pauseOf(failure);
      if (failure.code().equals(QuotaPort.OVER_QUOTA)) {
        flow.router.overQuota(placed.node().id());
      }
      if (Failures.blamesNode(failure)) {
        flow.router.failed(placed.node().id());
      }
      if (wanted.isPositive()) {
        flow.router.paused(placed.node().id(), wanted);
      }
    }

    private void retry(ProviderFailure failure) {
      lastFailure = failure;
      if (number >= flow.policy.maxAttempts()
          || !Failures.isRetryable(failure)
          || !request.placement().constraints().providers().mayMoveOn()) {
        fail(failure);
        return;
      }
      if (failure.kind() == ProviderFailure.Kind.CONTEXT_TOO_LONG) {
        contextTokensAbove = Math.max(contextTokensAbove, contextTokens());
      } else {
        failed.add(placed.node().id());
      }
      place();
    }

    private int contextTokens() {
      return placed
          .node()
          .offerOf(request.placement().model())
          .map(offer -> offer.contextTokens())
          .orElse(0);
    }

    private void onSilence() {
      if (!finished) {
        ProviderFailure failure = Failures.silent(flow.policy.firstChunkWithin());
        abandon(failure);
        report(failure);
        retry(failure);
      }
    }

    /** A client that does not read is not a node that does not answer. */
    private void checkStall() {
      if (finished) {
        return;
      }
      Instant now = flow.clock.instant();
      heardAt = paused ? now : heardAt;
      Duration left = flow.policy.stallAfter().minus(Duration.between(heardAt, now));
      if (left.isPositive()) {
        silence = flow.alarms.after(left, this::checkStall);
      } else {
        ProviderFailure failure = Failures.stalled(flow.policy.stallAfter());
        abandon(failure);
        report(failure);
        breakOff(failure);
      }
    }

    /** The request's time is up, in whatever phase. */
    void giveUp(ProviderFailure failure) {
      abandon(failure);
      if (chunks > 0) {
        breakOff(failure);
      } else {
        fail(failure);
      }
    }

    private void breakOff(ProviderFailure failure) {
      Usage usage = usageSoFar(failure.partialUsage());
      if (end(Outcome.BROKEN_OFF, Optional.of(placed), usage)) {
        listener.onFailure(Failures.brokenOff(failure, usage));
      }
    }

    /**
     * What to bill for an answer that did not end: what the engine said, else the prompt's estimate
     * and a token for each chunk. Nothing before the first chunk.
     */
    Usage usageSoFar(Usage said) {
      if (chunks == 0 || said.totalTokens() > 0) {
        return chunks == 0 ? Usage.NONE : said;
      }
      return new Usage(request.placement().promptTokens(), 0, chunks, 0, false);
    }

    void abandon(ProviderFailure why) {
      abandoned = true;
      finish(Optional.of(why));
      if (exchange != null) {
        exchange.cancel();
      }
    }

    private void finish(Optional<ProviderFailure> failure) {
      finished = true;
      current = null;
      silence.cancel();
      lease.release();
      flow.observer.attemptEnded(request, placed.node(), number, failure);
    }

    void pause() {
      if (exchange != null) {
        exchange.pause();
      }
    }

    void resume() {
      heardAt = flow.clock.instant();
      if (exchange != null) {
        exchange.resume();
      }
    }
  }
}
