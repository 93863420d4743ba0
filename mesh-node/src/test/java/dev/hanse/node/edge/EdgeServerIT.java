package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.RegionId;
import dev.hanse.node.admission.KeyRing;
import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.edge.RawClient.Response;
import dev.hanse.node.edge.ScriptedServing.Run;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The edge as a server: probes, models, headers, connections, drain. */
final class EdgeServerIT {
  private static final String CHAT_PATH = "/v1/chat/completions";
  private static final String CHUNK =
      "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}";

  @Test
  void answersProbesAndMetricsWithoutAKey() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      assertThat(probe(client, "/healthz")).isEqualTo("200 {\"status\":\"ok\"}");
      assertThat(probe(client, "/readyz")).isEqualTo("200 {\"status\":\"ready\"}");
      assertThat(probe(client, "/metrics")).isEqualTo("200 hanse_up 1\n");

      edge.ready.set(false);
      assertThat(probe(client, "/readyz")).isEqualTo("503 {\"status\":\"starting\"}");
    }
  }

  private static String probe(RawClient client, String path) throws Exception {
    client.send("GET " + path + " HTTP/1.1\r\nhost: edge\r\n\r\n");
    Response response = client.response();
    return response.status() + " " + response.body();
  }

  @Test
  void listsTheModelsAKeyMayUse() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      JsonNode list = new ObjectMapper().readTree(client.get("/v1/models").response().body());

      assertThat(list.path("object").asText()).isEqualTo("list");
      assertThat(list.path("data")).hasSize(1);
      JsonNode model = list.path("data").path(0);
      assertThat(model.path("id").asText()).isEqualTo(EdgeUnderTest.MODEL);
      assertThat(model.path("object").asText()).isEqualTo("model");
      assertThat(model.path("created").asLong()).isPositive();
      assertThat(model.path("owned_by").asText()).isEqualTo("acme");
      assertThat(model.path("hanse").path("simulated").asBoolean()).isTrue();
      assertThat(model.path("hanse").path("engines").path(0).asText())
          .isEqualTo("simulated (h100)");

      client.get("/v1/models/" + EdgeUnderTest.MODEL);
      assertThat(new ObjectMapper().readTree(client.response().body())).isEqualTo(model);

      client.send(
          "GET /v1/models HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer "
              + EdgeUnderTest.NARROW
              + "\r\n\r\n");
      assertThat(client.response().body()).isEqualTo("{\"object\":\"list\",\"data\":[]}");
      client.send("GET /v1/models HTTP/1.1\r\nhost: edge\r\n\r\n");
      assertThat(client.response().status()).isEqualTo(401);
    }
  }

  @Test
  void handsServingTheBodyWithoutItsExtensionAndTheConstraintsOfBoth() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      edge.serving.script(
          run -> run.place().chunk("{\"id\":\"1\"}").end(ScriptedServing.usage(1, 1)));
      String body =
          """
          {"model": "llama-3.1-8b-instruct", "hanse": {"max_price": 2, "regions": ["eu-west"]},
           "future_field": {"deep": [1.50, "é"]}, "messages": [{"role":"user","content":"Hi"}]}\
          """;

      client.post(
          CHAT_PATH,
          EdgeUnderTest.KEY,
          body.getBytes(StandardCharsets.UTF_8),
          "x-hanse-max-price: 0.5,3",
          "x-hanse-attestation: tpm",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "tracestate: a=1",
          "x-request-id: mine-1");

      assertThat(client.response().head().header("x-request-id")).isEqualTo("mine-1");
      var request = edge.serving.next().request;
      assertThat(request.requestId()).isEqualTo("mine-1");
      assertThat(request.tenant()).isEqualTo("tenant-demo");
      assertThat(request.body().toString())
          .isEqualTo(
              """
              {"model": "llama-3.1-8b-instruct",
               "future_field": {"deep": [1.50, "é"]}, "messages": [{"role":"user","content":"Hi"}]}\
              """);
      assertThat(request.trace().traceparent()).startsWith("00-0af7651916cd43dd8448eb211c80319c");
      assertThat(request.trace().tracestate()).isEqualTo("a=1");
      var constraints = request.placement().constraints();
      assertThat(constraints.maxInputMicrosPerMtok()).isEqualTo(OptionalLong.of(500_000));
      assertThat(constraints.maxOutputMicrosPerMtok()).isEqualTo(OptionalLong.of(2_000_000));
      assertThat(constraints.regions()).isEqualTo(Set.of(new RegionId("eu-west")));
      assertThat(constraints.attestation().least()).contains(AttestationLevel.TPM);
    }
  }

  @Test
  void replacesARequestIdThatIsNotFitForALog() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      client.send("GET /healthz HTTP/1.1\r\nhost: edge\r\nx-request-id: a b\"c\r\n\r\n");

      assertThat(client.response().head().header("x-request-id")).matches("req_[0-9a-f]{32}");
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      client.post(CHAT_PATH, EdgeUnderTest.CHAT).get("/healthz").get("/readyz");
      edge.serving.next().place().chunk("{\"id\":\"1\"}").end(ScriptedServing.usage(1, 1));

      assertThat(client.response().body()).isEqualTo("{\"id\":\"1\"}");
      assertThat(client.response().body()).contains("ok");
      assertThat(client.response().body()).contains("ready");
    }
  }

  @Test
  void readsALongBodyOffTheEventLoop() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      String body = EdgeUnderTest.CHAT.replace("Hi", "word ".repeat(200_000));
      client.post(CHAT_PATH, body);
      Run run = edge.serving.next();

      assertThat(run.request.placement().promptTokens()).isBetween(240_000L, 260_000L);
      assertThat(run.request.body().length()).isEqualTo(body.length());
    }
  }

  @Test
  void sendsEachEventAtOnce() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      client.post(CHAT_PATH, EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place().chunk(CHUNK);
      client.head();
      client.chunk();
      List<Long> micros = new ArrayList<>();
      for (int i = 0; i < 101; i++) {
        long sentNanos = System.nanoTime();
        run.chunk(CHUNK);
        client.chunk();
        micros.add((System.nanoTime() - sentNanos) / 1000);
      }
      run.end(ScriptedServing.usage(1, 102));

      // Nagle's algorithm against a delayed acknowledgement would cost 40 ms each.
      assertThat(micros.stream().sorted().toList().get(50)).isLessThan(20_000);
    }
  }

  @Test
  void streamsToAnHttp10Client() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      edge.serving.script(run -> run.place().chunk(CHUNK).end(ScriptedServing.usage(1, 1)));
      client.send(
          "POST "
              + CHAT_PATH
              + " HTTP/1.0\r\nauthorization: Bearer "
              + EdgeUnderTest.KEY
              + "\r\ncontent-length: "
              + EdgeUnderTest.STREAM.length()
              + "\r\n\r\n"
              + EdgeUnderTest.STREAM);

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(
              new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("data: " + CHUNK + "\n\ndata: [DONE]\n\n");
    }
  }

  @Test
  void sendsCommentsIntoASilentStreamWhenToldTo() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start("keep-alive-comments", "50ms");
        RawClient client = edge.connect()) {
      client.post(CHAT_PATH, EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place().chunk(CHUNK);
      client.head();
      assertThat(client.chunk()).startsWith("data: {");

      assertThat(client.chunk()).isEqualTo(": keep-alive\n\n");

      run.end(ScriptedServing.usage(1, 1));
      assertThat(client.chunks()).last().asString().isEqualTo("data: [DONE]\n\n");
    }
  }

  @Test
  void endsAnAnswerThatOutlivesItsBudget() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start("request-budget", "1ms");
        RawClient client = edge.connect()) {
      client.post(CHAT_PATH, EdgeUnderTest.CHAT);
      Run run = edge.serving.next();

      assertThat(client.response().status()).isEqualTo(504);
      assertThat(run.awaitCancel()).isTrue();
      assertThat(edge.ending().code()).isEqualTo("timeout");
    }
  }

  @Test
  void finishesItsRequestsBeforeItStops() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect();
        RawClient prober = edge.connect()) {
      client.post(CHAT_PATH, EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place().chunk(CHUNK);
      prober.get("/healthz");
      prober.response();

      Future<Void> drained = edge.server.drain(Duration.ofSeconds(10));
      prober.get("/readyz");
      Response notReady = prober.response();
      assertThat(notReady.status()).isEqualTo(503);
      assertThat(notReady.head().header("connection")).isEqualTo("close");
      assertThat(prober.isClosedByPeer()).isTrue();
      assertThat(drained.isComplete()).isFalse();

      run.chunk(CHUNK).end(ScriptedServing.usage(1, 2));
      client.head();
      assertThat(client.chunks()).hasSize(3).last().asString().isEqualTo("data: [DONE]\n\n");
      var _ = EdgeUnderTest.await(drained);
      await()
          .untilAsserted(
              () -> assertThatThrownBy(edge::connect).isInstanceOf(ConnectException.class));
    }
  }

  @Test
  void endsWhatIsLeftWhenItsPatienceIsOver() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient streaming = edge.connect();
        RawClient waiting = edge.connect()) {
      streaming.post(CHAT_PATH, EdgeUnderTest.STREAM);
      Run first = edge.serving.next().place().chunk(CHUNK);
      waiting.post(CHAT_PATH, EdgeUnderTest.CHAT);
      Run second = edge.serving.next();

      Future<Void> drained = edge.server.drain(Duration.ofMillis(100));

      assertThat(first.awaitCancel()).isTrue();
      assertThat(second.awaitCancel()).isTrue();
      Response response = waiting.response();
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.body()).contains("edge_shutting_down");
      assertThat(response.head().header("x-should-retry")).isEqualTo("true");
      streaming.head();
      List<String> chunks = streaming.chunks();
      assertThat(chunks.get(1)).contains("edge_shutting_down");
      assertThat(chunks).last().asString().isEqualTo("<cut>");
      var _ = EdgeUnderTest.await(drained);
    }
  }

  @Test
  void namesTheAddressThatIsTaken() {
    try (EdgeUnderTest edge = EdgeUnderTest.start()) {
      EdgePorts ports =
          new EdgePorts(
              edge.serving,
              EdgeObserver.NONE,
              List::of,
              () -> true,
              Buffer::buffer,
              edge::explained);
      EdgeServer second =
          new EdgeServer(
              edge.vertx(),
              EdgeConfig.at("127.0.0.1", edge.port),
              new KeyRing(InstantSource.system()),
              ports,
              RandomGenerator.of("SecureRandom"));

      assertThatThrownBy(() -> EdgeUnderTest.await(second.start()))
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + edge.port);
    }
  }

  @Test
  void speaksHttp2WithPriorKnowledgeWhenAllowed() {
    try (EdgeUnderTest edge = EdgeUnderTest.start("cleartext-http2", "true")) {
      edge.serving.script(run -> run.place().chunk(CHUNK).end(ScriptedServing.usage(1, 1)));
      var client =
          edge.vertx()
              .createHttpClient(
                  new HttpClientOptions()
                      .setProtocolVersion(HttpVersion.HTTP_2)
                      .setHttp2ClearTextUpgrade(false));

      String answer =
          EdgeUnderTest.await(
              client
                  .request(HttpMethod.POST, edge.port, "127.0.0.1", CHAT_PATH)
                  .compose(request ->
                      request
                          .putHeader("authorization", "Bearer " + EdgeUnderTest.KEY)
                          .send(Buffer.buffer(EdgeUnderTest.STREAM)))
                  .compose(response -> response.body().map(b -> response.version() + "\n" + b)));

      assertThat(answer).isEqualTo("HTTP_2\ndata: " + CHUNK + "\n\ndata: [DONE]\n\n");
    }
  }

  @Test
  void cancelsWhenAnHttp2StreamIsReset() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start("cleartext-http2", "true")) {
      var client =
          edge.vertx()
              .createHttpClient(
                  new HttpClientOptions()
                      .setProtocolVersion(HttpVersion.HTTP_2)
                      .setHttp2ClearTextUpgrade(false));
      var request =
          EdgeUnderTest.await(client.request(HttpMethod.POST, edge.port, "127.0.0.1", CHAT_PATH));
      request.putHeader("authorization", "Bearer " + EdgeUnderTest.KEY);
      var _ = request.send(Buffer.buffer(EdgeUnderTest.STREAM));
      Run run = edge.serving.next().place().chunk(CHUNK);

      var _ = request.reset();

      assertThat(run.awaitCancel()).isTrue();
      assertThat(edge.ending().result()).isEqualTo(Result.CANCELLED);
      await().until(() -> edge.server.gate().inFlight() == 0);
    }
  }
}
