package dev.hanse.node.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WhileAttestedTest {
  private final FakeUpstream engines = new FakeUpstream();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private boolean attested = true;
  private final WhileAttested local = new WhileAttested(engines, () -> attested, () -> loop::add);
  private final HeardAnswer heard = heard();

  @Test
  void passesAnAnswerThroughWholeAndForgetsIt() {
    open(heard);
    engines.last().chunk("one");
    engines.last().chunk("two");
    engines.last().end();
    withdraw();

    assertThat(heard.chunks).containsExactly("one", "two");
    assertThat(heard.completion).isNotNull();
    assertThat(heard.failure).isNull();
  }

  @Test
  void passesTheEnginesFailureOn() {
    open(heard);
    engines.last().fail(FakeUpstream.failure(Kind.OVERLOADED, FakeUpstream.elsewhere()));
    withdraw();

    assertThat(failure().kind()).isEqualTo(Kind.OVERLOADED);
  }

  @Test
  void sendsNothingToTheEnginesOfANodeThatIsNotAttested() {
    attested = false;
    open(heard);
    withdraw();

    assertThat(engines.opened()).isEmpty();
    assertThat(failure().code()).isEqualTo("node_not_attested");
    assertThat(failure().status()).isEqualTo(503);
    assertThat(failure().retry()).isInstanceOf(Retry.Elsewhere.class);
  }

  @Test
  void servesAgainOnceTheNodeIsAttestedAnew() {
    attested = false;
    open(heard());
    attested = true;
    open(heard);
    engines.last().end();

    assertThat(heard.completion).isNotNull();
  }

  @Test
  void cutsAnAnswerInItsMiddleAndTellsTheEngine() {
    open(heard);
    engines.last().chunk("one");
    withdraw();
    engines.last().chunk("two");
    engines.last().end();

    assertThat(engines.last().cancelled).isTrue();
    assertThat(heard.chunks).containsExactly("one");
    assertThat(failure().code()).isEqualTo("node_lost");
    assertThat(failure().kind()).isEqualTo(Kind.TRUNCATED);
    assertThat(failure().retry()).isInstanceOf(Retry.Never.class);
  }

  @Test
  void whatWasNotAnsweredYetMayGoElsewhere() {
    open(heard);
    withdraw();

    assertThat(engines.last().cancelled).isTrue();
    assertThat(failure().kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure().retry()).isInstanceOf(Retry.Elsewhere.class);
  }

  @Test
  void cutsOnTheLoopTheRequestCameOn() {
    open(heard);
    local.cut();

    assertThat(heard.failure).isNull();
    assertThat(loop).hasSize(1);
  }

  @Test
  void aClientThatWentAwayHearsNothingMore() {
    Exchange exchange = open(heard);
    exchange.cancel();
    withdraw();
    engines.last().chunk("late");

    assertThat(engines.last().cancelled).isTrue();
    assertThat(heard.failure).isNull();
    assertThat(heard.chunks).isEmpty();
  }

  @Test
  void cancelsAnAttemptThatIsGivenUpWhileItIsBeingOpened() {
    engines.answering(opened -> withdraw());
    Exchange exchange = open(heard);
    run();

    assertThat(exchange).isNotNull();
    assertThat(engines.last().cancelled).isTrue();
    assertThat(failure().code()).isEqualTo("node_lost");
  }

  @Test
  void passesBackPressureOn() {
    Exchange exchange = open(heard);
    exchange.pause();
    assertThat(engines.last().paused).isTrue();
    exchange.resume();
    assertThat(engines.last().paused).isFalse();
  }

  private Exchange open(HeardAnswer listener) {
    return local.open(
        new Upstream.Attempt(
            new ServingRequest(
                "req-1",
                "tenant",
                Operation.CHAT,
                true,
                Buffer.buffer("{}"),
                SampleMesh.request("hello"),
                Duration.ofSeconds(30),
                TraceContext.NONE),
            SampleMesh.node("acme.gpu-1").member(),
            1,
            20,
            new Price(0, 0, 0)),
        listener);
  }

  private void withdraw() {
    attested = false;
    local.cut();
    run();
  }

  private void run() {
    for (Runnable next = loop.poll(); next != null; next = loop.poll()) {
      next.run();
    }
  }

  private ProviderFailure failure() {
    @Nullable ProviderFailure failure = heard.failure;
    assertThat(failure).isNotNull();
    if (failure == null) {
      throw new AssertionError("no failure was heard");
    }
    return failure;
  }

  private static HeardAnswer heard() {
    HeardAnswer heard = new HeardAnswer();
    heard.onPlaced(new Placed(SampleMesh.node("acme.gpu-1").member(), new Price(0, 0, 0), ""));
    return heard;
  }
}
