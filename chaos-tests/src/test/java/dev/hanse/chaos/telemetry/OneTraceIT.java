package dev.hanse.chaos.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A request's spans, as a collector receives them from edge and node. */
class OneTraceIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PROMPT = "a prompt nobody else may read";

  /** Each body of an export, byte for byte: one process's resource, then its spans. */
  private static final List<String> EXPORTS = new CopyOnWriteArrayList<>();

  private static HttpServer collector;
  private static DemoMesh mesh;

  @BeforeAll
  static void startCollectorAndMesh() throws Exception {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    collector.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
            EXPORTS.add(new String(unzipped(body), StandardCharsets.ISO_8859_1));
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    mesh =
        TestMesh.start(
            TestMesh.plan(10)
                .withOtlp(URI.create("http://127.0.0.1:" + collector.getAddress().getPort())));
  }

  @AfterAll
  static void stopBoth() {
    mesh.close();
    collector.stop(0);
  }

  private static byte[] unzipped(byte[] body) throws IOException {
    boolean zipped = body.length > 1 && body[0] == 0x1f && body[1] == (byte) 0x8b;
    if (!zipped) {
      return body;
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return in.readAllBytes();
    }
  }

  @Test
  void holdsEdgeNodeAndEngineInTheClientsTraceAndNothingOfThePrompt() throws Exception {
    String traceId = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);

    HttpResponse<String> answer = ask();

    assertThat(answer.statusCode()).isEqualTo(200);
    String node = answer.headers().firstValue("x-hanse-node").orElseThrow();
    String edge = "hanse.edge-" + mesh.regions().getFirst();
    await(() -> exported(traceId, edge, "POST /v1/chat/completions"));
    await(() -> exported(traceId, edge, "hanse.inference.v1.Inference/Infer"));
    await(() -> exported(traceId, node, "hanse.inference.v1.Inference/Infer"));
    await(() -> exported(traceId, node, "chat " + mesh.model()));
    assertThat(EXPORTS.stream().anyMatch(export -> export.contains(PROMPT))).isFalse();
  }

  /**
   * Whether one export holds all three; a plain answer, because the exports are no reading matter.
   */
  private static boolean exported(String traceId, String process, String span) {
    return EXPORTS.stream()
        .anyMatch(export ->
            export.contains(traceId) && export.contains(process) && export.contains(span));
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(condition);
  }

  private static HttpResponse<String> ask() throws Exception {
    String body =
        "{\"model\":\""
            + mesh.model()
            + "\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\""
            + PROMPT
            + "\"}]}";
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(mesh.edges().getFirst().resolve("/v1/chat/completions"))
              .timeout(Duration.ofSeconds(20))
              .header("authorization", "Bearer " + mesh.key())
              .header("content-type", "application/json")
              .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }
}
