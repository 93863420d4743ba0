package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.edge.RawClient.Response;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every no has its status, its code, and says whether to come back. */
final class RefusalIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT_PATH = "/v1/chat/completions";

  private final EdgeUnderTest edge =
      EdgeUnderTest.start("admission.max-in-flight", "4", "admission.max-in-flight-per-key", "2");

  @AfterEach
  void stop() {
    edge.close();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 401, missing_api_key",
    "hk-demo-wrong, 401, invalid_api_key",
    "hk-nobody-0123456789abcdef, 401, invalid_api_key",
    "hk-revoked-0123456789abcdef, 401, revoked_api_key",
    "hk-narrow-0123456789abcdef, 403, model_not_allowed"
  })
  void refusesAKeyWithoutRights(String key, int status, String code) throws Exception {
    Response response = post(key, EdgeUnderTest.CHAT);

    assertError(response, status, code);
    assertThat(response.head().header("x-should-retry")).isEqualTo("false");
    assertThat(edge.serving.isUntouched()).isTrue();
    assertThat(edge.ending())
        .satisfies(ending -> {
          assertThat(ending.result()).isEqualTo(Result.REFUSED);
          assertThat(ending.code()).isEqualTo(code);
        });
  }

  @Test
  void keepsTheConnectionOfARefusedKey() throws Exception {
    try (RawClient client = edge.connect()) {
      client.post(CHAT_PATH, "hk-demo-wrong", bytes(EdgeUnderTest.CHAT));
      assertThat(client.response().status()).isEqualTo(401);

      client.get("/healthz");
      assertThat(client.response().status()).isEqualTo(200);
    }
  }

  @Test
  void refusesTheThirdRequestOfAKeyWithTwoAMinute() throws Exception {
    edge.serving.script(run -> run.place().chunk("{}").end(ScriptedServing.usage(1, 1)));
    assertThat(post(EdgeUnderTest.LIMITED, EdgeUnderTest.CHAT).status()).isEqualTo(200);
    assertThat(post(EdgeUnderTest.LIMITED, EdgeUnderTest.CHAT).status()).isEqualTo(200);

    Response third = post(EdgeUnderTest.LIMITED, EdgeUnderTest.CHAT);

    assertError(third, 429, "rate_limit_exceeded");
    assertThat(third.head().header("x-should-retry")).isEqualTo("true");
    assertThat(Integer.parseInt(third.head().header("retry-after"))).isBetween(25, 30);
    assertThat(Integer.parseInt(third.head().header("retry-after-ms"))).isBetween(25_000, 30_000);
  }

  @Test
  void refusesARequestLargerThanItsKeysTokensPerMinute() throws Exception {
    String body = EdgeUnderTest.CHAT.replace("{\"model\"", "{\"max_tokens\":5001,\"model\"");

    Response response = post(EdgeUnderTest.LIMITED, body);

    assertError(response, 429, "request_larger_than_token_limit");
    assertThat(response.head().header("x-should-retry")).isEqualTo("false");
  }

  @Test
  void refusesMoreInFlightThanAKeyMayHave() throws Exception {
    try (RawClient first = edge.connect();
        RawClient second = edge.connect()) {
      first.post(CHAT_PATH, EdgeUnderTest.CHAT);
      var one = edge.serving.next();
      second.post(CHAT_PATH, EdgeUnderTest.CHAT);
      edge.serving.next();

      assertError(post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT), 429, "too_many_concurrent_requests");

      one.place().chunk("{}").end(ScriptedServing.usage(1, 1));
      assertThat(first.response().status()).isEqualTo(200);
      edge.serving.script(run -> run.place().chunk("{}").end(ScriptedServing.usage(1, 1)));
      assertThat(post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, 422, 422, invalid_request_error, false, ''",
    "CONTEXT_TOO_LONG, 400, 400, invalid_request_error, false, ''",
    "CONTENT_FILTERED, 400, 400, invalid_request_error, false, ''",
    "AUTHENTICATION, 401, 502, server_error, false, ''",
    "MODEL_NOT_FOUND, 404, 404, invalid_request_error, false, ''",
    "RATE_LIMITED, 429, 429, rate_limit_error, true, 3",
    "OVERLOADED, 503, 503, server_error, true, 3",
    "UNREACHABLE, 503, 503, server_error, true, 3",
    "ENGINE_ERROR, 500, 502, server_error, false, ''",
    "MALFORMED, 500, 502, server_error, false, ''",
    "TRUNCATED, 500, 502, server_error, false, ''",
    "TIMEOUT, 504, 504, server_error, false, ''",
    "CANCELLED, 500, 503, server_error, false, ''"
  })
  void tellsEachFailureOfServing(
      Kind kind, int said, int status, String type, String retry, String after) throws Exception {
    edge.serving.script(run ->
        run.fail(
            ScriptedServing.failure(
                kind, said, "why", new Retry.Elsewhere(Duration.ofMillis(2500)))));

    Response response = post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT);

    assertError(response, status, "why");
    assertThat(error(response).path("type").asText()).isEqualTo(type);
    assertThat(response.head().header("x-should-retry")).isEqualTo(retry);
    assertThat(response.head().header("retry-after")).isEqualTo(after);
  }

  @Test
  void hintsAtNoRetryOnceTokensWereBilled() throws Exception {
    edge.serving.script(run ->
        run.fail(
            new ProviderFailure(
                Kind.OVERLOADED,
                503,
                "overloaded",
                "Late.",
                new Retry.Elsewhere(Duration.ZERO),
                new Usage(5, 0, 3, 0, true),
                Optional.empty())));

    Response response = post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT);

    assertThat(response.head().header("x-should-retry")).isEqualTo("false");
  }

  @Test
  void passesOnTheEnginesOwnWordsToItsClient() throws Exception {
    String said =
        "{\"message\":\"top_p must be at most 1\",\"type\":\"BadRequestError\",\"param\":\"top_p\","
            + "\"code\":400}";
    edge.serving.script(run ->
        run.fail(
            new ProviderFailure(
                Kind.INVALID_REQUEST,
                400,
                "invalid_request",
                "Refused.",
                new Retry.Never(),
                Usage.NONE,
                Optional.of(Buffer.buffer(said)))));

    Response response = post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).isEqualTo("{\"error\":" + said + "}");
  }

  @Test
  void keepsTheEnginesSecretsOutOfItsOwnAuthenticationFailure() throws Exception {
    edge.serving.script(run ->
        run.fail(
            new ProviderFailure(
                Kind.AUTHENTICATION,
                401,
                "upstream_authentication",
                "The engine refused the node.",
                new Retry.Never(),
                Usage.NONE,
                Optional.of(Buffer.buffer("{\"message\":\"key sk-abc is wrong\"}")))));

    assertThat(post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT).body()).doesNotContain("sk-abc");
  }

  @Test
  void failsAnAnswerThatEndsWithoutOne() throws Exception {
    edge.serving.script(run -> run.place().end(Usage.NONE));

    assertError(post(EdgeUnderTest.KEY, EdgeUnderTest.CHAT), 502, "malformed_answer");
    assertError(post(EdgeUnderTest.KEY, EdgeUnderTest.STREAM), 502, "malformed_answer");
  }

  @Test
  void releasesEverythingAfterAFailure() throws Exception {
    edge.serving.script(
        run -> run.fail(ScriptedServing.failure(Kind.TIMEOUT, 504, "", new Retry.Never())));

    assertError(post(EdgeUnderTest.LIMITED, EdgeUnderTest.CHAT), 504, "timeout");

    await().until(() -> edge.server.gate().inFlight() == 0 && edge.server.gate().heldBytes() == 0);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/unknown, 404, unknown_url",
    "GET, /, 404, unknown_url",
    "GET, /v1/chat/completions, 405, method_not_allowed",
    "DELETE, /v1/models, 405, method_not_allowed",
    "POST, /healthz, 405, method_not_allowed",
    "GET, /v1/models/nothing, 404, model_not_found"
  })
  void refusesUnknownPathsAndMethods(String method, String path, int status, String code)
      throws Exception {
    try (RawClient client = edge.connect()) {
      client.send(
          method
              + " "
              + path
              + " HTTP/1.1\r\nhost: edge\r\ncontent-length: 0\r\nauthorization: Bearer "
              + EdgeUnderTest.KEY
              + "\r\n\r\n");

      assertError(client.response(), status, code);
    }
  }

  private Response post(String key, String body) throws IOException {
    try (RawClient client = edge.connect()) {
      return client.post(CHAT_PATH, key, bytes(body)).response();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode error(Response response) throws IOException {
    return JSON.readTree(response.body()).path("error");
  }

  private static void assertError(Response response, int status, String code) throws IOException {
    JsonNode error = error(response);
    assertThat(response.status()).as(response.body()).isEqualTo(status);
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.path("type").asText()).isNotBlank();
    assertThat(error.has("param")).isTrue();
    assertThat(response.head().header("x-request-id")).isNotBlank();
    assertThat(response.head().header("content-type")).isEqualTo("application/json");
  }
}
