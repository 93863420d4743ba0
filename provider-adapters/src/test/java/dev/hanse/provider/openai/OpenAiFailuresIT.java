package dev.hanse.provider.openai;

import static dev.hanse.provider.openai.OpenAiAnswersIT.sse;
import static dev.hanse.provider.openai.OpenAiHarness.DONE;
import static dev.hanse.provider.openai.OpenAiHarness.FINISH;
import static dev.hanse.provider.openai.OpenAiHarness.USAGE;
import static dev.hanse.provider.openai.OpenAiHarness.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failover Bench's failure shapes, S01 to S13, as one adapter must report them. */
class OpenAiFailuresIT {
  private final OpenAiHarness harness = new OpenAiHarness();

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void s01ReportsHowLongALimitedEngineAsksFor() {
    var failure = refusal(429, "{\"error\":{\"message\":\"slow\"}}", "retry-after", "2");

    assertThat(failure.kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(failure.retry()).isEqualTo(new Retry.Here(Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST, 400, Never",
    "401, AUTHENTICATION, 502, Elsewhere",
    "403, AUTHENTICATION, 502, Elsewhere",
    "404, MODEL_NOT_FOUND, 404, Elsewhere",
    "408, TIMEOUT, 504, Here",
    "409, ENGINE_ERROR, 502, Here",
    "413, INVALID_REQUEST, 413, Never",
    "422, INVALID_REQUEST, 422, Never",
    "429, RATE_LIMITED, 429, Here",
    "500, ENGINE_ERROR, 502, Here",
    "501, ENGINE_ERROR, 502, Elsewhere",
    "502, ENGINE_ERROR, 502, Here",
    "503, OVERLOADED, 503, Here",
    "504, TIMEOUT, 504, Elsewhere",
    "529, OVERLOADED, 503, Here",
    "302, ENGINE_ERROR, 502, Elsewhere",
  })
  void everyStatusHasItsKindAndRetry(int status, Kind kind, int shown, String retry) {
    var failure = refusal(status, "", "x-none", "");

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.status()).isEqualTo(shown);
    assertThat(failure.retry().getClass().getSimpleName()).isEqualTo(retry);
  }

  @Test
  void s05ReportsAResetBeforeTheStatusAsWorthTryingAgain() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = request.connection().close();
        });

    var failure = harness.stream(harness.provider(upstream)).failure();

    assertThat(failure.kind()).isEqualTo(Kind.ENGINE_ERROR);
    assertThat(failure.code()).isEqualTo("upstream_closed");
    assertThat(failure.retry()).isInstanceOf(Retry.Here.class);
  }

  @Test
  void s05ReportsARefusedConnectionAsUnreachable() {
    var upstream = harness.upstream((seen, request, response) -> {});
    URI gone = upstream.uri("/v1");
    upstream.close();
    var provider = harness.provider(UpstreamConfig.of(gone, Secret.NONE, 4));

    var failure = harness.stream(provider).failure();

    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void s06TimesOutWithinTheBudgetWhenNoStatusComes() {
    var upstream = harness.upstream((seen, request, response) -> {});

    var heard =
        Heard.from(
            harness.vertx,
            harness.provider(upstream),
            OpenAiHarness.request(false, Duration.ofMillis(200)));

    assertThat(heard.failure().kind()).isEqualTo(Kind.TIMEOUT);
    upstream.nextCloseNanos();
  }

  @Test
  void s06TimesOutWhenNoFirstChunkComes() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).writeHead();
        });

    var failure = harness.stream(impatient(upstream)).failure();

    assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(failure.retry()).isInstanceOf(Retry.Elsewhere.class);
  }

  @Test
  void s08ReportsACutStreamAsTruncatedAndNeverAsAnEnd() {
    var upstream =
        harness.upstream((seen, request, response) ->
            sse(response)
                .write(delta("one") + delta("two"))
                .onSuccess(written -> request.connection().close()));

    var heard = harness.stream(harness.provider(upstream));

    var failure = heard.failure();
    assertThat(failure.kind()).isEqualTo(Kind.TRUNCATED);
    assertThat(failure.partialUsage().completionTokens()).isEqualTo(2);
    assertThat(heard.chunks()).hasSize(2);
  }

  @Test
  void s08ReportsAStreamThatEndsWithoutFinishReasonAsTruncated() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("one"));
        });

    assertThat(harness.stream(harness.provider(upstream)).failure().kind())
        .isEqualTo(Kind.TRUNCATED);
  }

  @Test
  void s08ReportsAWholeAnswerThatWasCutAsTruncated() {
    var upstream =
        harness.upstream((seen, request, response) ->
            response
                .putHeader("content-length", "1000")
                .write("{\"choices\":[")
                .onSuccess(written -> request.connection().close()));

    assertThat(harness.whole(harness.provider(upstream)).failure().kind())
        .isEqualTo(Kind.TRUNCATED);
  }

  @Test
  void s09NoticesAStall() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).write(delta("one"));
        });

    var heard = harness.stream(impatient(upstream));

    assertThat(heard.failure().kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(heard.chunks()).hasSize(1);
    upstream.nextCloseNanos();
  }

  @Test
  void s10FailsCleanlyAtAMalformedChunk() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("one") + "data: {\"choices\":[{\n\n" + FINISH + DONE);
        });

    var heard = harness.stream(harness.provider(upstream));

    assertThat(heard.failure().kind()).isEqualTo(Kind.MALFORMED);
    assertThat(heard.chunks()).hasSize(1);
    assertThat(heard.strayCalls()).isZero();
  }

  @Test
  void s11FinalisesWithoutDoneAndReportsUsage() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("one") + FINISH + USAGE);
        });

    assertThat(harness.stream(harness.provider(upstream)).completion().usage().promptTokens())
        .isEqualTo(7);
  }

  @Test
  void s12TellsAContextThatIsTooLongFromOtherBadRequests() {
    String vllm =
        "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens."
            + " However, you requested 5000 tokens.\",\"type\":\"BadRequestError\",\"code\":400}";

    var failure = refusal(400, vllm, "x-none", "");

    assertThat(failure.kind()).isEqualTo(Kind.CONTEXT_TOO_LONG);
    assertThat(failure.code()).isEqualTo("context_length_exceeded");
    assertThat(failure.retry()).isInstanceOf(Retry.Never.class);
    assertThat(failure.upstreamError().orElseThrow().toJsonObject().getString("message"))
        .contains("4096");
  }

  @Test
  void s13PropagatesTheContentFilter() {
    var failure =
        refusal(
            400,
            "{\"error\":{\"message\":\"no\",\"code\":\"content_filter\",\"type\":\"x\"}}",
            "x-none",
            "");

    assertThat(failure.kind()).isEqualTo(Kind.CONTENT_FILTERED);
    assertThat(failure.retry()).isInstanceOf(Retry.Never.class);
  }

  @Test
  void anErrorWithinTheStreamIsAFailure() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              sse(response)
                  .end(delta("one") + "data: {\"error\":{\"message\":\"x\",\"code\":503}}\n\n");
        });

    var heard = harness.stream(harness.provider(upstream));

    assertThat(heard.failure().kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(heard.failure().partialUsage().completionTokens()).isEqualTo(1);
  }

  @Test
  void anEngineThatFailsAfterSayingOnlyItsRoleHasSentNoChunk() {
    String role =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(role + "data: {\"error\":{\"message\":\"x\"}}\n\n");
        });

    var heard = harness.stream(harness.provider(upstream));

    assertThat(heard.failure().kind()).isEqualTo(Kind.ENGINE_ERROR);
    assertThat(heard.chunks()).isEmpty();
  }

  @Test
  void aPlainErrorUnderStatus200IsAFailure() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              response
                  .putHeader("content-type", "application/json; charset=utf-8")
                  .end("{\"error\":{\"message\":\"x\",\"type\":\"rate_limit_error\"}}");
        });

    assertThat(harness.stream(harness.provider(upstream)).failure().kind())
        .isEqualTo(Kind.RATE_LIMITED);
  }

  @Test
  void refusesAtOnceWhenTooManyWaitForAConnection() {
    var upstream = harness.upstream((seen, request, response) -> {});
    var provider = harness.provider(upstream, config -> config.withPool(1, 1));
    harness.stream(provider);
    upstream.next();

    // Both come from contexts of their own, so either may be the one that still finds a place.
    var waiting = List.of(harness.stream(provider), harness.stream(provider));

    Awaitility.await()
        .atMost(Duration.ofSeconds(4))
        .until(() -> waiting.stream().anyMatch(Heard::hasEnded));
    var refused = waiting.stream().filter(Heard::hasEnded).findFirst().orElseThrow().failure();
    assertThat(refused.kind()).isEqualTo(Kind.OVERLOADED);
    assertThat(refused.code()).isEqualTo("upstream_pool_full");
  }

  @Test
  void anAnswerThatIsNotHttpIsMalformed() {
    var server =
        Heard.await(
            harness
                .vertx
                .createNetServer()
                .connectHandler(socket ->
                    socket.handler(bytes -> {
                      var _ = socket.write("SSH-2.0-OpenSSH\r\n\r\n");
                    }))
                .listen(0, "127.0.0.1"));
    var provider =
        harness.provider(
            UpstreamConfig.of(
                URI.create("http://127.0.0.1:" + server.actualPort()), Secret.NONE, 1));

    assertThat(harness.whole(provider).failure().kind())
        .isIn(List.of(Kind.MALFORMED, Kind.ENGINE_ERROR));
  }

  @Test
  void aBodyThatIsNotJsonIsRefusedBeforeItIsSent() {
    var upstream = harness.upstream((seen, request, response) -> {});

    var heard =
        Heard.from(
            harness.vertx,
            harness.provider(upstream),
            OpenAiHarness.request(Operation.CHAT, true, "{\"a\":", Duration.ofSeconds(5)));

    assertThat(heard.failure().kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(upstream.count()).isZero();
  }

  private Provider impatient(FakeUpstream upstream) {
    return harness.provider(
        upstream,
        config ->
            config.withTimeouts(
                Duration.ofSeconds(1), Duration.ofMillis(300), Duration.ofMillis(150)));
  }

  private ProviderFailure refusal(int status, String body, String header, String value) {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = response.setStatusCode(status).putHeader(header, value).end(body);
        });
    return harness.stream(harness.provider(upstream)).failure();
  }
}
