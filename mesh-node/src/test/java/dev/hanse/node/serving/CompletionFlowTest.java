package dev.hanse.node.serving;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static dev.hanse.node.serving.FakeUpstream.elsewhere;
import static dev.hanse.node.serving.FakeUpstream.failure;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.node.serving.FakeUpstream.Opened;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Attempts, failures and what moves a request elsewhere. */
final class CompletionFlowTest extends CompletionFlowFixture {
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
}
