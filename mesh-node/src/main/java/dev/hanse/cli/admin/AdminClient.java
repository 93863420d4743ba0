package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls the admin API of one control plane; every refusal becomes an exception with its message.
 */
final class AdminClient {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final String token;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  AdminClient(URI base, String token) {
    this.base = base;
    this.token = token;
  }

  JsonNode get(String path) throws IOException {
    return call("GET", path, null);
  }

  JsonNode post(String path, JsonNode body) throws IOException {
    return call("POST", path, body);
  }

  JsonNode delete(String path) throws IOException {
    return call("DELETE", path, null);
  }

  private JsonNode call(String method, String path, @Nullable JsonNode body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(DEADLINE)
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
    HttpResponse<byte[]> response = send(request);
    JsonNode answer = parse(response);
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          base
              + " refused: "
              + answer.path("error").path("message").asText("status " + response.statusCode()));
    }
    return answer;
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (ConnectException failure) {
      throw new IOException(
          "no control plane answers at " + base + "; is it running, and is --admin right?",
          failure);
    } catch (HttpTimeoutException failure) {
      throw new IOException(
          base + " did not answer within " + DEADLINE.toSeconds() + " s", failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", failure);
    }
  }

  private JsonNode parse(HttpResponse<byte[]> response) throws IOException {
    if (response.body().length == 0) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException failure) {
      throw new IOException(
          base
              + " answered "
              + response.statusCode()
              + " with something that is not JSON; is it a"
              + " control plane's admin API?",
          failure);
    }
  }

  static ObjectMapper json() {
    return JSON;
  }

  /** The elements of an array of strings. */
  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }
}
