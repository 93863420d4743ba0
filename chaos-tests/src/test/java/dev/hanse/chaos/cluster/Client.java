package dev.hanse.chaos.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A client that streams chats and says how each ended. Blocking; for many threads. */
public final class Client {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final URI edge;
  private final String key;
  private final String model;
  private final HttpClient http = HttpClient.newHttpClient();

  public Client(URI edge, String key, String model) {
    this.edge = edge;
    this.key = key;
    this.model = model;
  }

  /**
   * How a stream ended.
   *
   * @param node who answered; empty when nobody did
   * @param finished whether a finish reason and {@code [DONE]} came
   * @param error the code of an error the client was told; empty when there was none
   */
  public record Answer(int status, String node, int chunks, boolean finished, String error) {
    /** Neither a whole answer nor an error: what must never happen. */
    public boolean silentlyCut() {
      return !finished && error.isEmpty();
    }
  }

  /** Streams one chat to its end. */
  public Answer chat(String prompt, int maxTokens) {
    return chat(prompt, maxTokens, node -> {});
  }

  /** As {@link #chat(String, int)}, and tells who answers as soon as that is known. */
  public Answer chat(String prompt, int maxTokens, Consumer<String> onPlaced) {
    return chat(prompt, maxTokens, Optional.empty(), onPlaced);
  }

  /** As above, by one node and no other. */
  public Answer chatWith(String node, String prompt, int maxTokens, Consumer<String> onPlaced) {
    return chat(prompt, maxTokens, Optional.of(node), onPlaced);
  }

  private Answer chat(
      String prompt, int maxTokens, Optional<String> only, Consumer<String> onPlaced) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("model", model)
            .put("stream", true)
            .put("max_tokens", maxTokens)
            .put("ignore_eos", true);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    only.ifPresent(node -> body.putObject("hanse").putArray("nodes").add(node));
    HttpRequest request =
        HttpRequest.newBuilder(edge.resolve("/v1/chat/completions"))
            .timeout(DEADLINE)
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    try {
      HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
      String node = response.headers().firstValue("x-hanse-node").orElse("");
      onPlaced.accept(node);
      List<String> lines = new ArrayList<>();
      try (Stream<String> body2 = response.body()) {
        body2.filter(line -> !line.isBlank()).forEach(lines::add);
      } catch (UncheckedIOException cut) {
        // The edge closes the connection after an error event; what came before tells the rest.
      }
      return ended(response.statusCode(), node, lines);
    } catch (IOException failure) {
      return new Answer(0, "", 0, false, "connection: " + failure.getMessage());
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", failure);
    }
  }

  private static Answer ended(int status, String node, List<String> lines) throws IOException {
    if (status != 200) {
      JsonNode error = JSON.readTree(String.join("", lines)).path("error");
      return new Answer(status, node, 0, false, error.path("code").asText("unknown"));
    }
    boolean finish = false;
    boolean done = false;
    String error = "";
    int chunks = 0;
    for (String line : lines) {
      String data = line.substring(line.indexOf(':') + 1).strip();
      if (data.equals("[DONE]")) {
        done = true;
        continue;
      }
      JsonNode event = JSON.readTree(data);
      if (event.has("error")) {
        error = event.path("error").path("code").asText("unknown");
      } else {
        chunks++;
        finish |= event.path("choices").path(0).path("finish_reason").isTextual();
      }
    }
    return new Answer(status, node, chunks, finish && done, error);
  }
}
