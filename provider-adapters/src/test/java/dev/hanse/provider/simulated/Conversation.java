package dev.hanse.provider.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Hears an exchange and remembers it, for tests that wait on another thread. */
final class Conversation implements ExchangeListener {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<String> chunks = Collections.synchronizedList(new ArrayList<>());
  final CompletableFuture<Completion> ended = new CompletableFuture<>();
  final CompletableFuture<ProviderFailure> failed = new CompletableFuture<>();

  @Override
  public void onChunk(Buffer json) {
    if (ended.isDone() || failed.isDone()) {
      throw new AssertionError("a chunk after the end");
    }
    chunks.add(json.toString());
  }

  @Override
  public void onEnd(Completion completion) {
    if (failed.isDone() || !ended.complete(completion)) {
      throw new AssertionError("a second end");
    }
  }

  @Override
  public void onFailure(ProviderFailure failure) {
    if (ended.isDone() || !failed.complete(failure)) {
      throw new AssertionError("a second end");
    }
  }

  Completion completion() throws Exception {
    return ended.get(10, TimeUnit.SECONDS);
  }

  ProviderFailure failure() throws Exception {
    return failed.get(10, TimeUnit.SECONDS);
  }

  JsonNode chunk(int index) {
    return json(chunks.get(index));
  }

  /** What an SDK would put together from the deltas of one choice. */
  String text(int choice) {
    StringBuilder text = new StringBuilder();
    for (String chunk : List.copyOf(chunks)) {
      JsonNode first = json(chunk).path("choices").path(0);
      if (first.path("index").asInt() == choice) {
        text.append(first.path("delta").path("content").asText(""));
        text.append(first.path("text").asText(""));
      }
    }
    return text.toString();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static EngineRequest chat(boolean stream, String body) {
    return request(Operation.CHAT, stream, body, Duration.ofSeconds(30));
  }

  static EngineRequest request(Operation operation, boolean stream, String body, Duration budget) {
    return new EngineRequest(
        "r1", operation, "m", stream, Buffer.buffer(body.replace('\'', '"')), budget, Map.of());
  }
}
