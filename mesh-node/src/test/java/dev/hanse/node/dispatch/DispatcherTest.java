package dev.hanse.node.dispatch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.HeardAnswer;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.node.serving.VirtualTime;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DispatcherTest {
  private static final DispatchLimits LIMITS =
      new DispatchLimits(1_000, 3, 2, Duration.ofSeconds(2), 100);

  private final VirtualTime time = new VirtualTime(SampleMesh.NOW);
  private final FakeProvider engine = new FakeProvider();
  private final Dispatcher dispatcher =
      new Dispatcher(
          List.of(new Engine(engine, Map.of(SampleMesh.MODEL, "engine-model"))),
          LIMITS,
          time,
          () -> Runnable::run,
          time);

  private static Upstream.Attempt attempt(long tokens) {
    return new Upstream.Attempt(
        new ServingRequest(
            "req-1",
            "tenant",
            Operation.CHAT,
            true,
            Buffer.buffer("{}"),
            SampleMesh.request("hello"),
            Duration.ofSeconds(30),
            new TraceContext("00-trace", "a=b")),
        SampleMesh.node("acme.gpu-1").member(),
        1,
        tokens,
        new Price(0, 0, 0));
  }

  /** As an upstream's listener hears it: nothing is placed here. */
  private static HeardAnswer heard() {
    HeardAnswer heard = new HeardAnswer();
    heard.onPlaced(
        new dev.hanse.node.routing.Placed(
            SampleMesh.node("acme.gpu-1").member(), new Price(0, 0, 0), ""));
    return heard;
  }

  private Exchange open(long tokens, ExchangeListener listener) {
    return dispatcher.open(attempt(tokens), listener);
  }

  @Test
  void runsARequestUnderTheEnginesOwnModelName() {
    HeardAnswer answer = heard();
    open(200, answer);
    engine.last().chunk("a");
    engine.last().end();

    assertThat(engine.last().request.model()).isEqualTo("engine-model");
    assertThat(engine.last().request.budget()).isEqualTo(Duration.ofSeconds(30));
    assertThat(engine.last().request.headers())
        .containsEntry("traceparent", "00-trace")
        .containsEntry("tracestate", "a=b");
    assertThat(answer.chunks).containsExactly("a");
    assertThat(answer.completion).isNotNull();
    assertThat(dispatcher.load().inFlightWorkTokens()).isZero();
  }

  @Test
  void countsWorkDownAsItIsDone() {
    open(800, heard());
    assertThat(dispatcher.load().inFlightWorkTokens()).isEqualTo(800);

    engine.last().chunk("first");
    assertThat(dispatcher.load().inFlightWorkTokens()).isEqualTo(100);
    engine.last().chunk("second");
    assertThat(dispatcher.load().inFlightWorkTokens()).isEqualTo(99);
    engine.last().end();

    assertThat(dispatcher.load().inFlightWorkTokens()).isZero();
    assertThat(dispatcher.load().inFlightRequests()).isZero();
  }

  @Test
  void queuesWhatExceedsTheCapAndStartsItWhenRoomComes() {
    open(600, heard());
    HeardAnswer second = heard();
    open(600, second);
    assertThat(engine.opened()).hasSize(1);
    assertThat(dispatcher.load().queuedRequests()).isEqualTo(1);

    time.advance(Duration.ofSeconds(1));
    engine.last().chunk("first");

    assertThat(engine.opened()).hasSize(2);
    assertThat(engine.last().request.budget()).isEqualTo(Duration.ofSeconds(29));
    engine.last().end();
    assertThat(second.completion).isNotNull();
  }

  @Test
  void neverRunsMoreRequestsThanItMay() {
    for (int i = 0; i < 5; i++) {
      open(1, heard());
    }

    assertThat(engine.opened()).hasSize(3);
    assertThat(dispatcher.load().queuedRequests()).isEqualTo(2);
  }

  @Test
  void refusesWhatTheQueueCannotHold() {
    for (int i = 0; i < 5; i++) {
      open(1, heard());
    }
    HeardAnswer sixth = heard();
    open(1, sixth);

    assertThat(requireNonNull(sixth.failure).kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(requireNonNull(sixth.failure).retry()).isInstanceOf(Retry.Elsewhere.class);
  }

  @Test
  void refusesWhatHasQueuedTooLong() {
    open(1_000, heard());
    HeardAnswer second = heard();
    open(1, second);

    time.advance(Duration.ofSeconds(2));

    assertThat(requireNonNull(second.failure).kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(dispatcher.load().queuedRequests()).isZero();
    engine.last().end();
    assertThat(engine.opened()).hasSize(1);
  }

  @Test
  void runsARequestAboveTheCapWhenNothingElseRuns() {
    open(5_000, heard());

    assertThat(engine.opened()).hasSize(1);
  }

  @Test
  void cancelsInTheQueueWithoutEverAskingTheEngine() {
    open(1_000, heard());
    HeardAnswer second = heard();
    open(1, second).cancel();
    engine.last().end();

    assertThat(engine.opened()).hasSize(1);
    assertThat(second.isOver()).isFalse();
    assertThat(time.pending()).isZero();
  }

  @Test
  void cancelReachesTheEngineAndFreesTheWork() {
    HeardAnswer answer = heard();
    Exchange exchange = open(1_000, answer);
    HeardAnswer waiting = heard();
    open(1_000, waiting);

    exchange.cancel();

    assertThat(engine.opened().getFirst().cancelled).isTrue();
    assertThat(engine.opened()).hasSize(2);
    engine.opened().getFirst().chunk("late");
    assertThat(answer.chunks).isEmpty();
  }

  @Test
  void aPauseInTheQueueHoldsWhenTheEngineIsAsked() {
    open(1_000, heard());
    Exchange second = open(1_000, heard());
    second.pause();

    engine.last().end();

    assertThat(engine.last().paused).isTrue();
    second.resume();
    assertThat(engine.last().paused).isFalse();
  }

  @Test
  void refusesAModelItDoesNotServe() {
    Dispatcher other =
        new Dispatcher(
            List.of(new Engine(engine, Map.of(new ModelId("other"), "other"))),
            LIMITS,
            time,
            () -> Runnable::run,
            time);
    HeardAnswer answer = heard();
    other.open(attempt(1), answer);

    assertThat(requireNonNull(answer.failure).kind()).isEqualTo(Kind.MODEL_NOT_FOUND);
    assertThat(requireNonNull(answer.failure).retry()).isInstanceOf(Retry.Elsewhere.class);
  }

  @Test
  void takesNothingNewWhileDrainingAndFinishesWhatItHas() {
    HeardAnswer running = heard();
    open(1, running);
    dispatcher.drain(true);
    Future<Void> idle = dispatcher.idle();
    HeardAnswer late = heard();
    open(1, late);

    assertThat(requireNonNull(late.failure).code()).isEqualTo("node_draining");
    assertThat(dispatcher.state()).isEqualTo(MemberState.DRAINING);
    assertThat(idle.isComplete()).isFalse();
    engine.last().end();
    assertThat(running.completion).isNotNull();
    assertThat(idle.isComplete()).isTrue();
  }

  @Test
  void isReadyAfterTheFirstGoodAnswerOfItsEngine() {
    assertThat(dispatcher.state()).isEqualTo(MemberState.UNHEALTHY);

    dispatcher.start();

    assertThat(dispatcher.state()).isEqualTo(MemberState.READY);
    assertThat(dispatcher.serves(SampleMesh.MODEL)).isTrue();
    dispatcher.stop();
    assertThat(time.pending()).isZero();
  }

  @Test
  void isUnhealthyAfterThreeSilencesAndReadyAfterTwoGoodAnswers() {
    dispatcher.start();
    engine.status(() -> Promise.<EngineStatus>promise().future());
    time.advance(Duration.ofMillis(1_000 + 800 + 1_000 + 800 + 1_000 + 799));
    assertThat(dispatcher.state()).isEqualTo(MemberState.READY);
    time.advance(Duration.ofMillis(1));
    assertThat(dispatcher.state()).isEqualTo(MemberState.UNHEALTHY);
    assertThat(dispatcher.serves(SampleMesh.MODEL)).isFalse();

    engine.status(() -> Future.succeededFuture(new EngineStatus(250, 3)));
    time.advance(Duration.ofSeconds(1));
    assertThat(dispatcher.state()).isEqualTo(MemberState.UNHEALTHY);
    time.advance(Duration.ofSeconds(1));

    assertThat(dispatcher.state()).isEqualTo(MemberState.READY);
    assertThat(dispatcher.load().kvUsedPermille()).isEqualTo(250);
    assertThat(dispatcher.load().queuedRequests()).isEqualTo(3);
  }

  @Test
  void reportsTheMedianTimeToFirstToken() {
    for (int seconds : new int[] {1, 3, 2}) {
      open(1, heard());
      time.advance(Duration.ofSeconds(seconds));
      engine.last().chunk("a");
      engine.last().end();
    }

    assertThat(dispatcher.load().ttftMillis()).isEqualTo(2_000);
  }

  @Test
  void numbersItsBeats() {
    assertThat(dispatcher.load().sequence()).isEqualTo(1);
    assertThat(dispatcher.load().sequence()).isEqualTo(2);
  }

  @Test
  void refusesTwoEnginesForOneModel() {
    Engine one = new Engine(engine, Map.of(SampleMesh.MODEL, "a"));
    Engine other = new Engine(new FakeProvider(), Map.of(SampleMesh.MODEL, "b"));

    assertThatThrownBy(
            () -> new Dispatcher(List.of(one, other), LIMITS, time, () -> Runnable::run, time))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(SampleMesh.MODEL.value());
  }
}
