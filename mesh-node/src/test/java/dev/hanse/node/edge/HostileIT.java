package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.node.edge.RawClient.Response;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send too much, too slowly, too deep, or not HTTP at all. */
final class HostileIT {
  private static final String HEAD =
      "POST /v1/chat/completions HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer "
          + EdgeUnderTest.KEY
          + "\r\n";

  private final EdgeUnderTest edge =
      EdgeUnderTest.start(
          "header-deadline", "1s",
          "body-deadline", "1s",
          "idle-timeout", "1s",
          "linger-timeout", "2s",
          "max-body", "1MiB",
          "max-header", "4KiB",
          "admission.max-held", "3MiB");

  @AfterEach
  void nothingIsLeftBehind() {
    await()
        .untilAsserted(() -> {
          assertThat(edge.server.gate().inFlight()).isZero();
          assertThat(edge.server.gate().heldBytes()).isZero();
        });
    assertThat(edge.serving.isUntouched()).isTrue();
    edge.close();
  }

  @Test
  void refusesFiftyMebibytesByTheirAnnouncement() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "content-length: 52428800\r\n\r\n");

      Response response = client.response();

      assertRefused(response, 413, "request_too_large");
      assertThat(response.head().header("connection")).isEqualTo("close");
    }
  }

  @Test
  void refusesFiftyMebibytesWhileTheyAreBeingSent() throws Exception {
    try (RawClient client = edge.connect()) {
      Thread sender = Thread.ofVirtual().start(() -> sendChunks(client, 50));

      Response response = client.response();

      assertRefused(response, 413, "request_too_large");
      sender.join(Duration.ofSeconds(10));
      assertThat(edge.server.gate().heldBytes()).isZero();
    }
  }

  @Test
  void doesNotInviteABodyItWillRefuse() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "expect: 100-continue\r\ncontent-length: 52428800\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(413);
    }
  }

  @Test
  void invitesABodyThatFits() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "expect: 100-continue\r\ncontent-length: 2\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(100);

      client.send("{}");

      assertRefused(client.response(), 400, "missing_required_parameter");
    }
  }

  @Test
  void closesAConnectionThatSaysNothing() throws Exception {
    try (RawClient client = edge.connect()) {
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void closesAConnectionWhoseHeadersTrickle() throws Exception {
    try (RawClient client = edge.connect()) {
      Thread trickle = Thread.ofVirtual().start(() -> trickle(client));

      assertThat(client.isClosedByPeer()).isTrue();
      trickle.join(Duration.ofSeconds(5));
    }
  }

  @Test
  void closesAConnectionLeftIdleAfterARequest() throws Exception {
    try (RawClient client = edge.connect()) {
      client.get("/healthz");
      assertThat(client.response().status()).isEqualTo(200);

      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void refusesABodyThatTrickles() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "content-length: 200000\r\n\r\n{");

      assertRefused(client.response(), 408, "request_timeout");
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void refusesEndlessHeaders() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "x-filler: " + "y".repeat(5000) + "\r\n\r\n");

      assertThat(client.response().status()).isEqualTo(431);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void refusesAnEndlessRequestLine() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send("GET /" + "y".repeat(5000) + " HTTP/1.1\r\nhost: edge\r\n\r\n");

      assertThat(client.response().status()).isEqualTo(414);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -5\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 5, 6\r\n\r\n"
      })
  void answersWhatIsNotHttpWithAnErrorOrNothing(String sent) throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(sent);

      assertThat(client.response().status()).isEqualTo(400);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void closesOnABrokenChunkedBody() throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(HEAD + "transfer-encoding: chunked\r\n\r\nnot-a-size\r\n");

      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void refusesACompressedBody() throws Exception {
    assertRefused(
        post("{}".getBytes(StandardCharsets.UTF_8), "content-encoding: gzip"),
        415,
        "unsupported_content_encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "null", "[]", "{", "{}x", "\"text\"", "{\"a\":1}{\"b\":2}"})
  void refusesABodyThatIsNotOneObject(String body) throws Exception {
    Response response = post(body.getBytes(StandardCharsets.UTF_8));

    assertRefused(response, 400, "invalid_json");
  }

  @Test
  void refusesInvalidUtf8() throws Exception {
    byte[] body = EdgeUnderTest.CHAT.getBytes(StandardCharsets.UTF_8);
    body[body.length - 5] = (byte) 0xFF;

    assertRefused(post(body), 400, "invalid_utf8");
  }

  @Test
  void refusesDeepNesting() throws Exception {
    String deep = "[".repeat(100_000);

    assertRefused(
        post(("{\"x\":" + deep).getBytes(StandardCharsets.UTF_8)), 400, "json_too_complex");
  }

  private Response post(byte[] body, String... headers) throws IOException {
    try (RawClient client = edge.connect()) {
      return client.post("/v1/chat/completions", EdgeUnderTest.KEY, body, headers).response();
    }
  }

  private static void sendChunks(RawClient client, int mebibytes) {
    byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.UTF_8);
    try {
      client.send(HEAD + "transfer-encoding: chunked\r\n\r\n");
      for (int i = 0; i < mebibytes; i++) {
        client.send(chunk);
      }
      client.send("0\r\n\r\n");
    } catch (IOException _) {
      // The edge may close before all is sent.
    }
  }

  private static void trickle(RawClient client) {
    try {
      client.send("GET /healthz HTTP/1.1\r\n");
      for (int i = 0; i < 1000; i++) {
        client.send("x-" + i + ": y\r\n");
        LockSupport.parkNanos(20_000_000);
      }
    } catch (SocketException _) {
      // Closed, as hoped.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(Response response, int status, String code) {
    assertThat(response.status()).as(response.body()).isEqualTo(status);
    assertThat(response.body()).contains("\"code\":\"" + code + "\"");
  }
}
