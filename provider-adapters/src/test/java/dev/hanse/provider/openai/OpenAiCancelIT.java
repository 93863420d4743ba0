package dev.hanse.provider.openai;

import static dev.hanse.provider.openai.OpenAiAnswersIT.sse;
import static dev.hanse.provider.openai.OpenAiHarness.DONE;
import static dev.hanse.provider.openai.OpenAiHarness.FINISH;
import static dev.hanse.provider.openai.OpenAiHarness.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A cancel reaches the engine in every phase. Times are from the cancel to the engine's seeing its
 * connection close; the best of a few tries is judged, as a busy machine says nothing about us.
 */
class OpenAiCancelIT {
  private static final int TRIES = 5;
  private static final long LIMIT_MILLIS = 100;

  private final OpenAiHarness harness = new OpenAiHarness();

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void cancelBeforeTheConnectionSendsNothing() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("x") + FINISH + DONE);
        });
    var provider = harness.provider(upstream, config -> config.withPool(1, 8));

    var cancelled =
        Heard.cancelledAtOnce(
            harness.vertx, provider, OpenAiHarness.request(true, Duration.ofSeconds(10)));
    harness.stream(provider).completion();

    assertThat(upstream.count()).isEqualTo(1);
    assertThat(cancelled.hasEnded()).isFalse();
    assertThat(cancelled.strayCalls()).isZero();
  }

  @Test
  void cancelWhileWaitingForAConnectionSendsNothing() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          sse(response).write(delta("x"));
          if (seen.number() > 1) {
            var _ = response.end(FINISH + DONE);
          }
        });
    var provider = harness.provider(upstream, config -> config.withPool(1, 8));
    var first = harness.stream(provider);
    first.nextChunk();

    var waiting = harness.stream(provider);
    waiting.cancel();
    first.cancel();
    harness.stream(provider).completion();

    assertThat(upstream.count()).isEqualTo(2);
    assertThat(waiting.hasEnded()).isFalse();
  }

  @Test
  void cancelBeforeTheStatusClosesTheConnection() {
    var upstream = harness.upstream((seen, request, response) -> {});

    assertReachesTheEngine(upstream, true, heard -> upstream.next());
  }

  @Test
  void cancelOfAWholeAnswerClosesTheConnection() {
    var upstream = harness.upstream((seen, request, response) -> {});

    assertReachesTheEngine(upstream, false, heard -> upstream.next());
  }

  @Test
  void cancelWithinAWholeAnswerClosesTheConnection() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = response.setChunked(true).write("{\"choices\":[");
        });

    assertReachesTheEngine(upstream, false, heard -> upstream.next());
  }

  @Test
  void cancelBeforeTheFirstChunkClosesTheConnection() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).writeHead();
        });

    assertReachesTheEngine(upstream, true, heard -> upstream.next());
  }

  @Test
  void cancelWithinAStreamClosesTheConnection() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).write(delta("x"));
        });

    assertReachesTheEngine(upstream, true, Heard::nextChunk);
  }

  @Test
  void cancelOfAPausedStreamClosesTheConnection() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).write(delta("x"));
        });

    assertReachesTheEngine(
        upstream,
        true,
        heard -> {
          heard.nextChunk();
          heard.pause();
        });
  }

  @Test
  void closingTheProviderEndsWhatIsInFlight() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).write(delta("x"));
        });
    var provider = harness.provider(upstream);
    var heard = harness.stream(provider);
    heard.nextChunk();

    Heard.await(provider.close());
    Heard.await(provider.close());

    assertThat(heard.failure().kind()).isEqualTo(Kind.CANCELLED);
    upstream.nextCloseNanos();
    assertThat(harness.stream(provider).failure().kind()).isEqualTo(Kind.CANCELLED);
  }

  private void assertReachesTheEngine(
      FakeUpstream upstream, boolean stream, Consumer<Heard> untilPhase) {
    var provider = harness.provider(upstream);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      var heard = stream ? harness.stream(provider) : harness.whole(provider);
      untilPhase.accept(heard);
      long cancelledAt = System.nanoTime();
      heard.cancel();
      best = Math.min(best, upstream.nextCloseNanos() - cancelledAt);
      assertThat(heard.hasEnded()).isFalse();
      assertThat(heard.strayCalls()).isZero();
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(best)).isLessThan(LIMIT_MILLIS);
  }
}
