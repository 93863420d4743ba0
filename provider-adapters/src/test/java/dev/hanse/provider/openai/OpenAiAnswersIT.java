package dev.hanse.provider.openai;

import static dev.hanse.provider.openai.OpenAiHarness.DONE;
import static dev.hanse.provider.openai.OpenAiHarness.FINISH;
import static dev.hanse.provider.openai.OpenAiHarness.USAGE;
import static dev.hanse.provider.openai.OpenAiHarness.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Usage;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The openai dialect over real sockets, while all goes well. */
class OpenAiAnswersIT {
  private final OpenAiHarness harness = new OpenAiHarness();

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void streamsChunksInOrderAndEndsWithTheReportedUsage() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          sse(response).write(delta("Hel"));
          var _ = response.end(delta("lo") + FINISH + USAGE + DONE);
        });

    var heard = harness.stream(harness.provider(upstream));

    var completion = heard.completion();
    assertThat(heard.chunks()).hasSize(3).noneMatch(chunk -> chunk.contains("usage"));
    assertThat(heard.chunks().getFirst()).contains("\"content\":\"Hel\"");
    assertThat(completion.usage()).isEqualTo(new Usage(7, 4, 2, 0, true));
    assertThat(completion.finishReason()).isEqualTo("stop");
    assertThat(completion.usageChunk().orElseThrow().toString()).contains("\"choices\":[]");
    assertThat(heard.strayCalls()).isZero();
  }

  @Test
  void sendsTheEnginesModelUsageOptionKeyAndTrace() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("x") + FINISH + DONE);
        });

    var heard = harness.stream(harness.provider(upstream));
    heard.completion();

    var seen = upstream.next();
    assertThat(seen.path()).isEqualTo("/v1/chat/completions");
    assertThat(seen.headers().get("authorization")).isEqualTo("Bearer sk-test");
    assertThat(seen.headers().get("traceparent")).startsWith("00-0af7");
    assertThat(seen.headers().get("x-request-id")).isEqualTo("req-1");
    assertThat(seen.body().toJsonObject().getString("model")).isEqualTo("real-model");
    assertThat(seen.body().toJsonObject().getBoolean("stream")).isTrue();
    assertThat(
            seen.body().toJsonObject().getJsonObject("stream_options").getBoolean("include_usage"))
        .isTrue();
  }

  @Test
  void countsWhatPassedWhenTheEngineReportsNoUsage() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ = sse(response).end(delta("a") + delta("b") + FINISH + DONE);
        });

    var completion = harness.stream(harness.provider(upstream)).completion();

    assertThat(completion.usage().reported()).isFalse();
    assertThat(completion.usage().completionTokens()).isEqualTo(2);
    assertThat(completion.usage().promptTokens()).isPositive();
  }

  @Test
  void deliversAWholeAnswerOnOneLine() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              response.end(
                  """
                  {
                    "id": "c1", "big": 12345678901234567890.10,
                    "choices": [{"index": 0, "message": {"content": "hi"},
                                 "finish_reason": "length"}],
                    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4,
                              "completion_tokens_details": {"reasoning_tokens": 1}}
                  }
                  """);
        });

    var heard = harness.whole(harness.provider(upstream));

    var completion = heard.completion();
    assertThat(heard.chunks()).hasSize(1);
    assertThat(heard.chunks().getFirst())
        .doesNotContain("\n")
        .contains("12345678901234567890.10")
        .contains("\"usage\"");
    assertThat(completion.usage()).isEqualTo(new Usage(3, 0, 1, 1, true));
    assertThat(completion.finishReason()).isEqualTo("length");
    assertThat(completion.usageChunk()).isEmpty();
  }

  @Test
  void deliversEmbeddingsAndLegacyCompletions() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              response.end(
                  seen.path().endsWith("/embeddings")
                      ? "{\"object\":\"list\",\"data\":[{\"embedding\":[0.1]}],"
                          + "\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}"
                      : "{\"choices\":[{\"index\":0,\"text\":\"ok\",\"finish_reason\":\"stop\"}]}");
        });
    var provider = harness.provider(upstream);

    var embedding =
        Heard.from(
            harness.vertx,
            provider,
            OpenAiHarness.request(
                Operation.EMBEDDING, false, "{\"input\":\"x\"}", Duration.ofSeconds(5)));
    var text =
        Heard.from(
            harness.vertx,
            provider,
            OpenAiHarness.request(
                Operation.COMPLETION, false, "{\"prompt\":\"x\"}", Duration.ofSeconds(5)));

    assertThat(embedding.completion().usage()).isEqualTo(new Usage(2, 0, 0, 0, true));
    assertThat(embedding.completion().finishReason()).isEmpty();
    assertThat(text.completion().finishReason()).isEqualTo("stop");
  }

  @Test
  void backPressureReachesTheEnginesSocketAndEveryChunkStillArrives() {
    int chunks = 4000;
    String big = delta("x".repeat(8000));
    var written = new AtomicInteger();
    var finished = new CompletableFuture<Boolean>();
    var upstream =
        harness.upstream(
            (seen, request, response) -> pump(sse(response), big, chunks, written, finished));
    var heard = harness.stream(harness.provider(upstream));
    heard.nextChunk();

    heard.pause();
    var lastWritten = new AtomicInteger(-1);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(200))
        .atMost(Duration.ofSeconds(10))
        .until(() -> lastWritten.getAndSet(written.get()) == written.get());

    assertThat(written.get()).as("written while nobody reads").isLessThan(chunks);

    heard.resume();
    assertThat(heard.completion().finishReason()).isEqualTo("stop");
    assertThat(heard.chunks()).hasSize(chunks + 1);
    assertThat(finished.orTimeout(10, TimeUnit.SECONDS).join()).isTrue();
  }

  @Test
  void usesItsConnectionAgain() {
    var ports = new ConcurrentSkipListSet<Integer>();
    var upstream =
        harness.upstream((seen, request, response) -> {
          ports.add(request.remoteAddress().port());
          var _ = sse(response).end(delta("x") + FINISH + DONE);
        });
    var provider = harness.provider(upstream, config -> config.withPool(1, 8));

    for (int i = 0; i < 5; i++) {
      harness.stream(provider).completion();
    }

    assertThat(ports).hasSize(1);
  }

  @Test
  void listsTheEnginesModelsWithTheirContext() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              response.end(
                  "{\"data\":[{\"id\":\"a\",\"max_model_len\":8192},{\"id\":\"b\"},{\"x\":1}]}");
        });

    var models = Heard.await(harness.provider(upstream).models());

    assertThat(models).containsExactly(new EngineModel("a", 8192), new EngineModel("b", 0));
  }

  @Test
  void readsAnEnginesLoadFromItsMetrics() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              switch (seen.path()) {
                case "/health" -> response.end();
                case "/metrics" ->
                    response.end(
                        """
                        # HELP vllm:num_requests_waiting waiting
                        vllm:num_requests_waiting{model_name="a b"} 3.0
                        vllm:kv_cache_usage_perc{model_name="a b"} 0.25
                        """);
                default -> response.setStatusCode(404).end();
              };
        });

    var status = Heard.await(harness.provider(upstream).status());

    assertThat(status).isEqualTo(new EngineStatus(250, 3));
  }

  @Test
  void isWellWithoutHealthAndMetricsWhereModelsAreListed() {
    var upstream =
        harness.upstream((seen, request, response) -> {
          var _ =
              seen.path().equals("/v1/models")
                  ? response.end("{\"data\":[]}")
                  : response.setStatusCode(404).end();
        });

    var status = Heard.await(harness.provider(upstream).status());

    assertThat(status).isEqualTo(new EngineStatus(0, 0));
  }

  @Test
  void saysWhyAnEngineIsNotWell() {
    FakeUpstream upstream =
        harness.upstream((seen, request, response) -> {
          var _ = response.setStatusCode(503).end();
        });

    var status = harness.provider(upstream).status();
    Awaitility.await().until(status::isComplete);

    assertThat(status.cause()).isInstanceOf(EngineUnavailable.class);
    assertThat(((EngineUnavailable) status.cause()).failure().kind()).isEqualTo(Kind.OVERLOADED);
  }

  private static void pump(
      HttpServerResponse response,
      String chunk,
      int left,
      AtomicInteger written,
      CompletableFuture<Boolean> finished) {
    int remaining = left;
    while (remaining > 0 && !response.writeQueueFull()) {
      var _ = response.write(Buffer.buffer(chunk));
      written.incrementAndGet();
      remaining--;
    }
    if (remaining == 0) {
      var _ = response.end(FINISH + DONE).onComplete(done -> finished.complete(done.succeeded()));
    } else {
      int rest = remaining;
      response.drainHandler(nothing -> pump(response, chunk, rest, written, finished));
    }
  }

  static HttpServerResponse sse(HttpServerResponse response) {
    return response.setChunked(true).putHeader("content-type", "text/event-stream");
  }
}
