package dev.hanse.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import dev.hanse.provider.openai.OpenAiProvider;
import dev.hanse.provider.resilience.CircuitBreaker.Limits;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Failover Bench S01 to S05 and S15 through the decorators, against one engine. */
class ResilienceIT {
  private static final String OK =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}"
          + "\n\ndata: [DONE]\n\n";

  private final Vertx vertx = Vertx.vertx();
  private final List<FakeUpstream> upstreams = new ArrayList<>();
  private final VirtualClock clock = new VirtualClock();

  @AfterEach
  void stop() {
    upstreams.forEach(FakeUpstream::close);
    Heard.await(vertx.close());
  }

  private FakeUpstream upstream(FakeUpstream.Script script) {
    FakeUpstream upstream = new FakeUpstream(vertx, script);
    upstreams.add(upstream);
    return upstream;
  }

  private Provider provider(FakeUpstream upstream) {
    Provider engine =
        OpenAiProvider.create(
            vertx,
            UpstreamConfig.of(upstream.uri(""), Secret.NONE, 8),
            OpenAiProvider.usualCapability("fake"),
            InstantSource.system());
    var quick = new Backoff(Duration.ofMillis(5), Duration.ofMillis(20));
    return Resilience.around(
        vertx,
        engine,
        Limits.DEFAULT,
        new RetryPlan(3, quick, Duration.ofSeconds(2)),
        clock,
        new Random(7));
  }

  private Heard ask(Provider provider) {
    return Heard.from(
        vertx,
        provider,
        new EngineRequest(
            "r", Operation.CHAT, "m", true, Buffer.buffer("{}"), Duration.ofSeconds(30), Map.of()));
  }

  private static void ok(HttpServerResponse response) {
    var _ = response.putHeader("content-type", "text/event-stream").end(OK);
  }

  private static void status(HttpServerResponse response, int status) {
    var _ = response.setStatusCode(status).end();
  }

  @Test
  void s01WaitsAsLongAsTheEngineAsks() {
    var upstream =
        upstream((seen, request, response) -> {
          if (seen.number() == 1) {
            response.putHeader("retry-after-ms", "300");
            status(response, 429);
          } else {
            ok(response);
          }
        });
    long before = System.nanoTime();

    ask(provider(upstream)).completion();

    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before))
        .isGreaterThanOrEqualTo(300);
    assertThat(upstream.count()).isEqualTo(2);
  }

  @Test
  void s03RepeatsOnceWhatFailedOnce() {
    var upstream =
        upstream((seen, request, response) -> {
          if (seen.number() == 1) {
            status(response, 500);
          } else {
            ok(response);
          }
        });

    var heard = ask(provider(upstream));

    assertThat(heard.completion().finishReason()).isEqualTo("stop");
    assertThat(heard.chunks()).hasSize(1);
    assertThat(heard.strayCalls()).isZero();
  }

  @Test
  void s04GivesUpOnAnEngineThatStaysOverloaded() {
    var upstream = upstream((seen, request, response) -> status(response, 503));

    assertThat(ask(provider(upstream)).failure().kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(upstream.count()).isEqualTo(3);
  }

  @Test
  void s05RepeatsAfterAResetBeforeTheStatus() {
    var upstream =
        upstream((seen, request, response) -> {
          if (seen.number() == 1) {
            var _ = request.connection().close();
          } else {
            ok(response);
          }
        });

    assertThat(ask(provider(upstream)).completion().finishReason()).isEqualTo("stop");
  }

  @Test
  void doesNotRepeatWhatHasBegunToAnswer() {
    var upstream =
        upstream((seen, request, response) -> {
          var _ =
              response
                  .putHeader("content-type", "text/event-stream")
                  .end(
                      """
                      data: {"choices":[{"index":0,"delta":{"content":"x"}}]}

                      data: {"error":{"message":"x","code":500}}

                      """);
        });

    var heard = ask(provider(upstream));

    assertThat(heard.failure().kind()).isEqualTo(Kind.ENGINE_ERROR);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void doesNotRepeatWhatIsWrong() {
    var upstream = upstream((seen, request, response) -> status(response, 400));

    assertThat(ask(provider(upstream)).failure().kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void cancelDuringThePauseEndsTheRequest() {
    var upstream =
        upstream((seen, request, response) -> {
          response.putHeader("retry-after-ms", "300");
          status(response, 429);
        });
    var heard = ask(provider(upstream));
    upstream.next();

    heard.cancel();
    Heard.await(vertx.timer(600, TimeUnit.MILLISECONDS));

    assertThat(upstream.count()).isEqualTo(1);
    assertThat(heard.hasEnded()).isFalse();
  }

  @Test
  void s15LeavesAnEngineAloneThatFailedTenTimesAndReturnsByProbes() {
    var upstream =
        upstream((seen, request, response) -> {
          if (seen.number() <= 10) {
            status(response, 504);
          } else {
            ok(response);
          }
        });
    var provider = provider(upstream);
    for (int i = 0; i < 10; i++) {
      assertThat(ask(provider).failure().kind()).isEqualTo(Kind.TIMEOUT);
    }

    for (int i = 0; i < 20; i++) {
      assertThat(ask(provider).failure().code()).isEqualTo("circuit_open");
    }
    assertThat(upstream.count()).isEqualTo(10);
    var status = provider.status();
    Awaitility.await().until(status::isComplete);
    assertThat(status.cause()).isInstanceOf(EngineUnavailable.class);

    clock.advance(Duration.ofSeconds(60));
    for (int i = 0; i < 4; i++) {
      assertThat(ask(provider).completion().finishReason()).isEqualTo("stop");
    }
    assertThat(upstream.count()).isEqualTo(14);
  }
}
