package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.simulated.SimulatedConfig;
import dev.hanse.provider.simulated.SimulatedProvider;
import dev.hanse.provider.simulated.batching.GpuProfile;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole command over real sockets against servers that follow a script. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayCommandIT {
  private static final String TRACE =
      """
      {"timestamp": 0, "input_length": 1030, "output_length": 7, "hash_ids": [1, 2, 3]}
      {"timestamp": 10, "input_length": 700, "output_length": 20, "hash_ids": [8, 9]}
      {"timestamp": 200, "input_length": 1200, "output_length": 3, "hash_ids": [1, 2, 4]}
      {"timestamp": 400, "input_length": 1030, "output_length": 9, "hash_ids": [1, 2, 3]}
      """;
  private static final String ANSWER =
      """
      data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}

      data: [DONE]

      """;

  private final Vertx vertx = Vertx.vertx();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void forget() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }

  @AfterAll
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private int replay(String trace, String... words) throws Exception {
    Path file = folder.resolve("trace");
    Files.writeString(file, trace);
    CommandLine line = new CommandLine(new ReplayCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[words.length + 2];
    all[0] = "--trace";
    all[1] = file.toString();
    System.arraycopy(words, 0, all, 2, words.length);
    return line.execute(all);
  }

  private String listen(Handler<HttpServerRequest> handler) throws Exception {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(handler)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get()
            .actualPort();
    return "http://127.0.0.1:" + port;
  }

  /** An edge in front of one simulated engine. */
  private String edge(String node) throws Exception {
    SimulatedProvider provider =
        SimulatedProvider.create(
            vertx,
            SimulatedConfig.of(GpuProfile.H100, List.of(new EngineModel("sim", 131_072)))
                .withTimeScale(100));
    AtomicInteger count = new AtomicInteger();
    return listen(request -> {
      if ("/v1/models".equals(request.path())) {
        var _ = request.response().end("{\"data\":[{\"id\":\"sim\"}]}");
        return;
      }
      assertThat(request.getHeader("authorization")).isEqualTo("Bearer hk-test");
      HttpServerResponse response = request.response();
      response
          .setChunked(true)
          .putHeader("content-type", "text/event-stream")
          .putHeader("x-hanse-node", node)
          .putHeader("x-hanse-region", "eu-west")
          .putHeader("x-hanse-price", "1000000,100000,2000000");
      var _ =
          request
              .body()
              .onSuccess(body ->
                  provider.open(
                      new EngineRequest(
                          node + count.incrementAndGet(),
                          Operation.CHAT,
                          "sim",
                          true,
                          body,
                          Duration.ofSeconds(20),
                          Map.of()),
                      new Relay(response)));
    });
  }

  private record Relay(HttpServerResponse response) implements ExchangeListener {
    @Override
    public void onChunk(Buffer json) {
      var _ = response.write("data: " + json + "\n\n");
    }

    @Override
    public void onEnd(Completion completion) {
      onChunk(completion.usageChunk().orElseThrow());
      var _ = response.end("data: [DONE]\n\n");
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      var _ = response.end("data: {\"error\":{\"code\":\"" + failure.code() + "\"}}\n\n");
    }
  }

  @Test
  void replaysATraceWithItsLengthsAndReachesTheBoundOnOneEngine() throws Exception {
    Path report = folder.resolve("report.json");

    int code =
        replay(TRACE, "--url", edge("p.n1"), "--api-key", "hk-test", "--json", report.toString());

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertThat(json.path("answered").asInt()).isEqualTo(4);
    assertThat(json.path("tokens").path("prompt").asInt()).isEqualTo(1030 + 700 + 1200 + 1030);
    assertThat(json.path("tokens").path("completion").asInt()).isEqualTo(7 + 20 + 3 + 9);
    JsonNode hits = json.path("prefixHits");
    assertThat(hits.path("hitBlocks").asInt()).isEqualTo(5);
    assertThat(hits.path("blockShare").asDouble())
        .isEqualTo(hits.path("blockShareUpperBound").asDouble())
        .isEqualTo(5.0 / 11);
    assertThat(out.toString()).contains("4 requests").contains("p.n1").contains("eu-west");
    assertThat(json.path("nodes").path(0).path("costUsd").asDouble()).isPositive();
  }

  @Test
  void goesToTheUrlsInTurn() throws Exception {
    int code =
        replay(
            TRACE,
            "--speed",
            "10",
            "--url",
            edge("p.n1"),
            "--url",
            edge("p.n2"),
            "--api-key",
            "hk-test",
            "--json",
            "-");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(json.path("nodes"))
        .extracting(node -> node.path("requests").asInt())
        .containsExactly(2, 2);
  }

  @Test
  void countsEachClassOfFailureAndExitsWithOne() throws Exception {
    AtomicInteger count = new AtomicInteger();
    String url =
        listen(request -> {
          var response = request.response();
          var _ =
              switch (count.incrementAndGet()) {
                case 1 ->
                    response
                        .setStatusCode(429)
                        .end("{\"error\":{\"code\":\"rate_limit_exceeded\"}}");
                case 2 -> response.end("data: {\"error\":{\"code\":\"engine_error\"}}\n\n");
                case 3 -> response.end(ANSWER.substring(0, ANSWER.indexOf("data: [DONE]")));
                default -> response.end(ANSWER);
              };
        });

    int code = replay(TRACE, "--model", "m", "--url", url, "--json", "-");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isEqualTo(1);
    assertThat(json.path("answered").asInt()).isEqualTo(1);
    assertThat(json.path("failures").fieldNames())
        .toIterable()
        .containsExactly(
            "cut: the stream ended before the answer did",
            "error in stream: engine_error",
            "http 429 rate_limit_exceeded");
  }

  @Test
  void givesUpOnARequestAfterItsTimeout() throws Exception {
    String url = listen(request -> {});

    int code = replay(TRACE, "--model", "m", "--url", url, "--timeout", "200ms", "--limit", "1");

    assertThat(code).isEqualTo(1);
    assertThat(out.toString()).containsPattern("timeout +1");
  }

  @Test
  void countsAClosedPortAsAFailedConnection() throws Exception {
    int code = replay(TRACE, "--model", "m", "--url", "http://127.0.0.1:1", "--limit", "1");

    assertThat(code).isEqualTo(1);
    assertThat(out.toString()).contains("connection:");
  }

  @Test
  void countsWaitingForItsTurnAsLatency() throws Exception {
    String url = listen(request -> vertx.setTimer(60, fired -> request.response().end(ANSWER)));
    String line =
        "{\"timestamp\": 0, \"input_length\": 5, \"output_length\": 1, \"hash_ids\": [1]}\n";

    int code =
        replay(line.repeat(5), "--model", "m", "--url", url, "--max-in-flight", "1", "--json", "-");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(json.path("late").asInt()).isEqualTo(4);
    assertThat(json.path("endToEndMillis").path("max").asDouble()).isGreaterThanOrEqualTo(300);
    assertThat(json.path("endToEndMillis").path("p50").asDouble()).isGreaterThanOrEqualTo(180);
  }

  @Test
  void sendsNothingWhenALineIsBadUnlessToldToSkipIt() throws Exception {
    AtomicInteger count = new AtomicInteger();
    String url =
        listen(request -> {
          count.incrementAndGet();
          var _ = request.response().end(ANSWER);
        });
    String trace = TRACE + "{\"timestamp\": \"soon\"}\n";

    int failing = replay(trace, "--model", "m", "--url", url);
    int before = count.get();
    int skipping =
        replay(trace, "--model", "m", "--url", url, "--bad-lines", "skip", "--speed", "100");

    assertThat(failing).isEqualTo(1);
    assertThat(before).isZero();
    assertThat(err.toString()).contains("line 5: timestamp must be an integer");
    assertThat(skipping).isZero();
    assertThat(count).hasValue(4);
    assertThat(out.toString()).contains("1 trace lines skipped");
  }

  @Test
  void refusesACommandLineThatMakesNoSense() throws Exception {
    assertThat(replay(TRACE, "--speed", "0")).isEqualTo(2);
    assertThat(replay(TRACE, "--speed", "NaN")).isEqualTo(2);
    assertThat(replay(TRACE, "--max-in-flight", "0")).isEqualTo(2);
    assertThat(replay(TRACE, "--limit", "-1")).isEqualTo(2);
    assertThat(replay(TRACE, "--url", "ftp://x")).isEqualTo(2);
    assertThat(replay(TRACE, "--timeout", "10")).isEqualTo(2);
    assertThat(replay(TRACE, "--format", "parquet")).isEqualTo(2);
    assertThat(replay(TRACE, "--tokens-per-block", "1")).isEqualTo(2);
    assertThat(replay(TRACE, "--bad-lines", "perhaps")).isEqualTo(2);
  }

  @Test
  void saysWhenThereIsNothingToReplay() throws Exception {
    assertThat(replay("\n\n")).isEqualTo(1);
    assertThat(err.toString()).contains("no request");
  }
}
