package dev.hanse.node.serving;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.settings;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static dev.hanse.node.serving.FakeUpstream.elsewhere;
import static dev.hanse.node.serving.FakeUpstream.failure;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.FakeUpstream.Opened;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.node.serving.ServingObserver.Settlement;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CompletionFlowTest {
  private static final Duration BUDGET = Duration.ofMinutes(2);

  private final VirtualTime time = new VirtualTime(SampleMesh.NOW);
  private final Router router = new Router(settings(), time);
  private final FakeUpstream upstream = new FakeUpstream();
  private final List<Settlement> settlements = new ArrayList<>();
  private final List<String> attempts = new ArrayList<>();
  private final HeardAnswer answer = new HeardAnswer();
  private final CompletionFlow flow =
      new CompletionFlow(
          router,
          upstream,
          ServingPolicy.DEFAULT,
          new ServingObserver() {
            @Override
            public void attemptEnded(
                ServingRequest request,
                Member node,
                int number,
                Optional<ProviderFailure> failure) {
              attempts.add(number + " " + failure.map(f -> f.kind().name()).orElse("answered"));
            }

            @Override
            public void settled(ServingRequest request, Settlement settlement) {
              settlements.add(settlement);
            }
          },
          time,
          time,
          new Random(1));

  private void mesh(int nodes) {
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      members.add(node("acme.gpu-" + i));
    }
    router.update(snapshot(members));
  }

  private static ServingRequest request(boolean stream) {
    return new ServingRequest(
        "req-1",
        "tenant",
        Operation.CHAT,
        stream,
        Buffer.buffer("{}"),
        SampleMesh.request("hello"),
        BUDGET,
        TraceContext.NONE);
  }

  private Exchange serve() {
    return flow.serve(request(true), answer);
  }

  private ProviderFailure heardFailure() {
    return requireNonNull(answer.failure);
  }

  private Outcome outcome() {
    assertThat(settlements).hasSize(1);
    return settlements.getFirst().outcome();
  }

  /** Whatever a test did: nothing is reserved, nothing waits, no alarm is left. */
  @AfterEach
  void everythingIsGivenBack() {
    assertThat(settlements).hasSize(1);
    assertThat(flow.waiting()).isZero();
    assertThat(time.pending()).isZero();
    for (int i = 1; i <= 3; i++) {
      assertThat(router.reservedTokens(NodeId.parse("acme.gpu-" + i))).isZero();
    }
  }

  @Test
  void streamsAnAnswerAndSettlesItAtTheLeasedPrice() {
    mesh(1);
    serve();
    upstream.last().chunk("a");
    router.update(snapshot(node("acme.gpu-1").price(9_000_000, 9_000_000)));
    upstream.last().chunk("b");
    upstream.last().end();

    assertThat(answer.chunks).containsExactly("a", "b");
    assertThat(requireNonNull(answer.placed).node().id()).isEqualTo(NodeId.parse("acme.gpu-1"));
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
    assertThat(settlements.getFirst().usage()).isEqualTo(FakeUpstream.USAGE);
    assertThat(settlements.getFirst().costMicros()).isEqualTo(100 + 30);
  }

  @Test
  void asksAnotherNodeWhenTheFirstFailsBeforeItsFirstChunk() {
    mesh(2);
    serve();
    Opened first = upstream.last();
    first.fail(failure(Kind.UNREACHABLE, elsewhere()));
    Opened second = upstream.last();
    second.chunk("a");
    second.end();

    assertThat(second.attempt.node().id()).isNotEqualTo(first.attempt.node().id());
    assertThat(second.attempt.number()).isEqualTo(2);
    assertThat(requireNonNull(answer.placed).node()).isEqualTo(second.attempt.node());
    assertThat(requireNonNull(answer.placed).reason()).contains("failed before 1");
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
    assertThat(attempts).containsExactly("1 UNREACHABLE", "2 answered");
  }

  @Test
  void failsOverEvenWhenTheFailureComesBeforeOpenReturns() {
    mesh(3);
    upstream.answering(opened -> {
      if (opened.attempt.number() < 3) {
        opened.fail(failure(Kind.ENGINE_ERROR, elsewhere()));
      } else {
        opened.chunk("a");
        opened.end();
      }
    });

    serve();

    assertThat(answer.chunks).containsExactly("a");
    assertThat(upstream.opened()).extracting(o -> o.attempt.node().id()).doesNotHaveDuplicates();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void givesUpAfterThreeAttempts() {
    mesh(3);
    upstream.answering(opened -> opened.fail(failure(Kind.ENGINE_ERROR, elsewhere())));

    serve();

    assertThat(upstream.opened()).hasSize(3);
    assertThat(heardFailure().kind()).isEqualTo(Kind.ENGINE_ERROR);
    assertThat(answer.placed).isNull();
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
    assertThat(settlements.getFirst().costMicros()).isZero();
  }

  @Test
  void neverRetriesWhatWouldFailEverywhere() {
    mesh(2);
    serve();
    upstream.last().fail(failure(Kind.INVALID_REQUEST, new Retry.Never()));

    assertThat(upstream.opened()).hasSize(1);
    assertThat(heardFailure().kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void honoursRetryAfterWhereThereIsNobodyElse() {
    mesh(1);
    serve();
    upstream.last().fail(failure(Kind.RATE_LIMITED, new Retry.Here(Duration.ofSeconds(2))));

    time.advance(Duration.ofMillis(1999));
    assertThat(upstream.opened()).hasSize(1);
    time.advance(Duration.ofMillis(2));
    assertThat(upstream.opened()).hasSize(2);

    upstream.last().chunk("a");
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void passesOnAPauseThatIsTooLongToWaitFor() {
    mesh(1);
    serve();
    Retry inAMinute = new Retry.Elsewhere(Duration.ofMinutes(1));
    upstream.last().fail(failure(Kind.RATE_LIMITED, inAMinute));

    assertThat(heardFailure().retry()).isEqualTo(inAMinute);
    assertThat(upstream.opened()).hasSize(1);
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void repeatsOnTheSameNodeAfterABackoffWhenNoneWasNamed() {
    mesh(1);
    serve();
    upstream.last().fail(failure(Kind.ENGINE_ERROR, elsewhere()));
    assertThat(upstream.opened()).hasSize(1);

    time.advance(Duration.ofMillis(51));

    assertThat(upstream.opened()).hasSize(2);
    upstream.last().chunk("a");
    upstream.last().end();
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void triesALongerContextWhenOneNodesIsTooShort() {
    router.update(
        snapshot(
            node("acme.gpu-1"), node("acme.gpu-2"), node("acme.gpu-3").contextTokens(131_072)));
    upstream.answering(opened -> {
      if (!opened.attempt.node().id().equals(NodeId.parse("acme.gpu-3"))) {
        opened.fail(failure(Kind.CONTEXT_TOO_LONG, new Retry.Never()));
      } else {
        opened.chunk("a");
        opened.end();
      }
    });

    serve();

    assertThat(upstream.opened()).hasSizeLessThanOrEqualTo(2);
    assertThat(outcome()).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void saysSoAtOnceWhenNoContextIsLongEnough() {
    mesh(2);
    serve();
    upstream.last().fail(failure(Kind.CONTEXT_TOO_LONG, new Retry.Never()));

    assertThat(upstream.opened()).hasSize(1);
    assertThat(heardFailure().kind()).isEqualTo(Kind.CONTEXT_TOO_LONG);
    assertThat(outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void aFailureAfterTheFirstChunkIsAFailureAndIsNotRetried() {
    mesh(2);
    serve();
    upstream.last().chunk("a");
    upstream.last().chunk("b");
    upstream.last().fail(failure(Kind.TRUNCATED, elsewhere()));

    assertThat(upstream.opened()).hasSize(1);
    assertThat(heardFailure().kind()).isEqualTo(Kind.TRUNCATED);
    assertThat(heardFailure().retry()).isEqualTo(new Retry.Never());
    assertThat(outcome()).isEqualTo(Outcome.BROKEN_OFF);
    assertThat(settlements.getFirst().usage().completionTokens()).isEqualTo(2);
    assertThat(settlements.getFirst().usage().reported()).isFalse();
  }

  @Test
  void billsWhatTheEngineSaysOfABrokenAnswer() {
    mesh(1);
    serve();
    upstream.last().chunk("a");
    Usage said = new Usage(50, 0, 7, 0, true);
    upstream
        .last()
        .fail(
            new ProviderFailure(
                Kind.TRUNCATED, 502, "c", "m", new Retry.Never(), said, Optional.empty()));

    assertThat(outcome()).isEqualTo(Outcome.BROKEN_OFF);
    assertThat(settlements.getFirst().usage()).isEqualTo(said);
  }

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
