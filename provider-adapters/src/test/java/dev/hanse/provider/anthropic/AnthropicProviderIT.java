package dev.hanse.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicProviderIT {
  private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final Vertx vertx = Vertx.vertx();
  private final List<FakeUpstream> upstreams = new ArrayList<>();

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

  private AnthropicProvider provider(FakeUpstream upstream) {
    return AnthropicProvider.create(
        vertx,
        UpstreamConfig.of(upstream.uri(""), new Secret("sk-ant"), UpstreamConfig.ANTHROPIC_POOL),
        AnthropicProvider.DEFAULT_MAX_TOKENS,
        InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)));
  }

  private Heard ask(FakeUpstream upstream, Operation operation, boolean stream, String body) {
    return Heard.from(
        vertx,
        provider(upstream),
        new EngineRequest(
            "r1",
            operation,
            "claude-x",
            stream,
            Buffer.buffer(body),
            Duration.ofSeconds(10),
            Map.of("Authorization", "Bearer client", "traceparent", "00-1")));
  }

  @Test
  void answersWholeWithToolsAndCachedUsage() {
    var upstream =
        upstream((seen, request, response) -> {
          var _ =
              response.end(
                  """
                  {"id":"msg_1","type":"message","model":"claude-x","stop_reason":"tool_use",
                   "content":[{"type":"text","text":"I look."},
                              {"type":"tool_use","id":"t1","name":"f","input":{"x":1.10}}],
                   "usage":{"input_tokens":10,"cache_read_input_tokens":90,
                            "cache_creation_input_tokens":0,"output_tokens":20}}
                  """);
        });

    var heard = ask(upstream, Operation.CHAT, false, CHAT);

    var completion = heard.completion();
    assertThat(completion.usage()).isEqualTo(new Usage(100, 90, 20, 0, true));
    assertThat(completion.finishReason()).isEqualTo("tool_calls");
    assertThat(heard.chunks())
        .containsExactly(
            "{\"id\":\"msg_1\",\"object\":\"chat.completion\",\"created\":1700000000,"
                + "\"model\":\"claude-x\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
                + "\"assistant\",\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"t1\",\"type\":"
                + "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1.10}\"}}]},"
                + "\"logprobs\":null,\"finish_reason\":\"tool_calls\"}],\"usage\":{"
                + "\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":90,\"cache_write_tokens\":0}}}");
    var seen = upstream.next();
    assertThat(seen.path()).isEqualTo("/v1/messages");
    assertThat(seen.headers().get("x-api-key")).isEqualTo("sk-ant");
    assertThat(seen.headers().get("anthropic-version")).isEqualTo("2023-06-01");
    assertThat(seen.headers().contains("authorization")).isFalse();
    assertThat(seen.headers().get("traceparent")).isEqualTo("00-1");
  }

  @Test
  void cancelWithinAStreamClosesTheConnection() {
    var upstream =
        upstream((seen, request, response) -> {
          var _ =
              response
                  .setChunked(true)
                  .write(
                      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                          + "{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n");
        });
    var heard = ask(upstream, Operation.CHAT, true, CHAT);
    heard.nextChunk();

    long before = System.nanoTime();
    heard.cancel();

    long millis = TimeUnit.NANOSECONDS.toMillis(upstream.nextCloseNanos() - before);
    assertThat(millis).isLessThan(2000);
    assertThat(heard.hasEnded()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"COMPLETION", "EMBEDDING"})
  void refusesOtherOperationsWithoutAskingTheEngine(Operation operation) {
    var upstream = upstream((seen, request, response) -> {});

    var failure = ask(upstream, operation, false, "{\"input\":\"x\"}").failure();

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REQUEST);
    assertThat(failure.code()).isEqualTo("unsupported_operation");
    assertThat(upstream.count()).isZero();
  }

  @Test
  void refusesAnUnsupportedMemberByItsName() {
    var upstream = upstream((seen, request, response) -> {});

    var failure = ask(upstream, Operation.CHAT, true, CHAT.replace("]}", "],\"n\":2}")).failure();

    assertThat(failure.code()).isEqualTo("unsupported_parameter");
    JsonObject shown = failure.upstreamError().orElseThrow().toJsonObject();
    assertThat(shown.getString("param")).isEqualTo("n");
    assertThat(shown.getString("message")).contains("'n'");
    assertThat(upstream.count()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | invalid_request_error | prompt is too long: 2 tokens > 1 | CONTEXT_TOO_LONG | Never",
        "400 | invalid_request_error | Your credit balance is too low | RATE_LIMITED | Elsewhere",
        "400 | invalid_request_error | messages: bad | INVALID_REQUEST | Never",
        "401 | authentication_error | bad key | AUTHENTICATION | Elsewhere",
        "402 | billing_error | pay | RATE_LIMITED | Elsewhere",
        "404 | not_found_error | model | MODEL_NOT_FOUND | Elsewhere",
        "413 | request_too_large | big | INVALID_REQUEST | Never",
        "429 | rate_limit_error | slow | RATE_LIMITED | Here",
        "500 | api_error | oops | ENGINE_ERROR | Here",
        "529 | overloaded_error | busy | OVERLOADED | Here",
      })
  void readsItsErrors(int status, String type, String message, Kind kind, String retry) {
    var upstream =
        upstream((seen, request, response) -> {
          var _ =
              response
                  .setStatusCode(status)
                  .end(
                      "{\"type\":\"error\",\"error\":{\"type\":\""
                          + type
                          + "\",\"message\":\""
                          + message
                          + "\"}}");
        });

    ProviderFailure failure = ask(upstream, Operation.CHAT, true, CHAT).failure();

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.retry().getClass().getSimpleName()).isEqualTo(retry);
  }

  @Test
  void honoursRetryAfter() {
    var upstream =
        upstream((seen, request, response) -> {
          var _ = response.setStatusCode(529).putHeader("retry-after", "3").end("<html>");
        });

    assertThat(ask(upstream, Operation.CHAT, true, CHAT).failure().retry())
        .isEqualTo(new Retry.Here(Duration.ofSeconds(3)));
  }

  @Test
  void listsItsModels() {
    var upstream =
        upstream((seen, request, response) -> {
          var _ =
              response.end(
                  "{\"data\":[{\"id\":\"claude-x\",\"max_input_tokens\":200000},{\"id\":\"y\"}]}");
        });

    assertThat(Heard.await(provider(upstream).models()))
        .containsExactly(new EngineModel("claude-x", 200_000), new EngineModel("y", 0));
    assertThat(Heard.await(provider(upstream).status()).queuedRequests()).isZero();
  }
}
