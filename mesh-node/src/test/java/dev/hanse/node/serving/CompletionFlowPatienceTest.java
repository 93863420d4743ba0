package dev.hanse.node.serving;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static dev.hanse.node.serving.FakeUpstream.elsewhere;
import static dev.hanse.node.serving.FakeUpstream.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.MemberState;
import dev.hanse.api.NodeId;
import dev.hanse.node.serving.FakeUpstream.Opened;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Silence, stalls, deadlines, waiting for room, cancel and pause. */
final class CompletionFlowPatienceTest extends CompletionFlowFixture {
  @Test
  void asksAnotherNodeWhenTheFirstStaysSilent() {
    mesh(2);
    serve();
    Opened silent = upstream.last();

    time.advance(Duration.ofSeconds(30));

    assertThat(silent.cancelled).isTrue();
    assertThat(upstream.opened()).hasSize(2);
    silent.chunk("late");
    upstream.last().chunk("a");
    upstream.last().end();
    assertThat(answer.chunks).containsExactly("a");
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void waitsPatientlyForASlowFirstToken() {
    mesh(2);
    serve();

    time.advance(Duration.ofSeconds(20));
    upstream.last().chunk("a");
    upstream.last().end();

    assertThat(upstream.opened()).hasSize(1);
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void anAnswerThatIsNotStreamedMayTakeItsTime() {
    mesh(2);
    flow.serve(request(false), answer);

    time.advance(Duration.ofSeconds(100));
    upstream.last().chunk("{}");
    upstream.last().end();

    assertThat(upstream.opened()).hasSize(1);
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void noticesAStreamThatStalls() {
    mesh(1);
    serve();
    upstream.last().chunk("a");
    time.advance(Duration.ofSeconds(20));
    upstream.last().chunk("b");
    time.advance(Duration.ofSeconds(29));
    assertThat(answer.isOver()).isFalse();

    time.advance(Duration.ofSeconds(1));

    assertThat(upstream.last().cancelled).isTrue();
    assertThat(heardFailure().code()).isEqualTo("stream_stalled");
    assertThat(outcome()).isEqualTo(Outcome.BROKEN_OFF);
  }

  @Test
  void aClientThatDoesNotReadIsNoStall() {
    mesh(1);
    Exchange exchange = serve();
    upstream.last().chunk("a");
    exchange.pause();
    time.advance(Duration.ofSeconds(100));
    assertThat(answer.isOver()).isFalse();

    exchange.resume();
    upstream.last().end();

    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void endsWhenTheTimeIsUpInEveryPhase() {
    mesh(1);
    serve();
    upstream.last().chunk("a");
    for (int i = 0; i < 12; i++) {
      time.advance(Duration.ofSeconds(9));
      upstream.last().chunk("b");
    }
    time.advance(Duration.ofSeconds(12));

    assertThat(heardFailure().kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(upstream.last().cancelled).isTrue();
    assertThat(outcome()).isEqualTo(Outcome.BROKEN_OFF);
  }

  @Test
  void tellsEachAttemptTheTimeThatIsLeft() {
    mesh(2);
    serve();
    time.advance(Duration.ofSeconds(10));
    upstream.last().fail(failure(Kind.ENGINE_ERROR, elsewhere()));

    assertThat(upstream.last().attempt.request().budget()).isEqualTo(BUDGET.minusSeconds(10));
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void waitsForRoomAndTakesItWhenItComes() {
    router.update(snapshot(node("acme.gpu-1").state(MemberState.DRAINING)));
    serve();
    time.advance(Duration.ofSeconds(1));
    assertThat(flow.waiting()).isEqualTo(1);
    assertThat(upstream.opened()).isEmpty();

    mesh(1);
    time.advance(Duration.ofMillis(25));

    assertThat(upstream.opened()).hasSize(1);
    assertThat(flow.waiting()).isZero();
    upstream.last().chunk("a");
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void losesPatienceWhenNoRoomComes() {
    router.update(snapshot(node("acme.gpu-1").state(MemberState.DRAINING)));
    serve();

    time.advance(Duration.ofSeconds(5));

    assertThat(heardFailure().code()).isEqualTo("no_node_available");
    assertThat(heardFailure().status()).isEqualTo(503);
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void refusesAtOnceWhatCanNeverBePlaced() {
    serve();

    assertThat(heardFailure().code()).isEqualTo("model_not_found");
    assertThat(heardFailure().retry()).isEqualTo(new Retry.Never());
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void cancelsWhileItWaitsForRoom() {
    router.update(snapshot(node("acme.gpu-1").state(MemberState.DRAINING)));

    serve().cancel();

    assertThat(answer.isOver()).isFalse();
    assertThat(outcome()).isEqualTo(Outcome.CANCELLED);
  }

  @Test
  void cancelsBeforeTheFirstChunk() {
    mesh(1);

    serve().cancel();

    assertThat(upstream.last().cancelled).isTrue();
    upstream.last().chunk("late");
    upstream.last().end();
    assertThat(answer.chunks).isEmpty();
    assertThat(answer.isOver()).isFalse();
    assertThat(outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(settlements.getFirst().usage()).isEqualTo(Usage.NONE);
  }

  @Test
  void cancelsInTheMiddleOfAnAnswerAndBillsWhatHasCome() {
    mesh(1);
    Exchange exchange = serve();
    upstream.last().chunk("a");

    exchange.cancel();
    exchange.cancel();

    assertThat(upstream.last().cancelled).isTrue();
    assertThat(outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(settlements.getFirst().usage().completionTokens()).isEqualTo(1);
  }

  @Test
  void cancelsWhileItPausesBetweenAttempts() {
    mesh(1);
    Exchange exchange = serve();
    upstream.last().fail(failure(Kind.RATE_LIMITED, new Retry.Here(Duration.ofSeconds(2))));

    exchange.cancel();
    time.advance(Duration.ofSeconds(3));

    assertThat(upstream.opened()).hasSize(1);
    assertThat(outcome()).isEqualTo(Outcome.CANCELLED);
  }

  @Test
  void pausesWhatIsOpenAndWhatIsOpenedNext() {
    mesh(2);
    Exchange exchange = serve();
    exchange.pause();
    Opened first = upstream.last();
    assertThat(first.paused).isTrue();

    first.fail(failure(Kind.ENGINE_ERROR, elsewhere()));
    assertThat(upstream.last().paused).isTrue();
    exchange.resume();

    assertThat(upstream.last().paused).isFalse();
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void avoidsANodeThatAskedForAPauseInLaterRequests() {
    mesh(2);
    serve();
    NodeId busy = upstream.last().attempt.node().id();
    upstream.last().fail(failure(Kind.OVERLOADED, new Retry.Elsewhere(Duration.ofSeconds(5))));
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
    settlements.clear();

    for (int i = 0; i < 10; i++) {
      flow.serve(request(true), new HeardAnswer());
      assertThat(upstream.last().attempt.node().id()).isNotEqualTo(busy);
      upstream.last().end();
    }
    settlements.subList(1, settlements.size()).clear();
  }
}
