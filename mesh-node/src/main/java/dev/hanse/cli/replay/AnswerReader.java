package dev.hanse.cli.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Follows the chunks of one streamed chat answer. */
final class AnswerReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Optional<String> error = Optional.empty();
  private boolean content;
  private boolean finished;
  private boolean done;
  private long promptTokens;
  private long cachedTokens;
  private long completionTokens;
  private boolean usage;

  /** Takes the data of one event. */
  void read(String data) {
    if (data.startsWith("[DONE]")) {
      done = true;
      return;
    }
    JsonNode chunk;
    try {
      chunk = JSON.readTree(data);
    } catch (JsonProcessingException e) {
      error = Optional.of("malformed chunk");
      return;
    }
    if (chunk.hasNonNull("error")) {
      error = Optional.of("error in stream: " + errorCode(chunk));
      return;
    }
    JsonNode choice = chunk.path("choices").path(0);
    JsonNode delta = choice.path("delta");
    content |= !delta.path("content").asText("").isEmpty() || delta.hasNonNull("tool_calls");
    finished |= choice.path("finish_reason").isTextual();
    JsonNode counts = chunk.path("usage");
    if (counts.isObject()) {
      usage = true;
      promptTokens = counts.path("prompt_tokens").asLong();
      cachedTokens = counts.path("prompt_tokens_details").path("cached_tokens").asLong();
      completionTokens = counts.path("completion_tokens").asLong();
    }
  }

  /** Whether anything of the answer itself has been read. */
  boolean hasContent() {
    return content;
  }

  /** Why the answer is no good now that the stream has ended; empty when it is complete. */
  Optional<String> fault() {
    if (error.isPresent()) {
      return error;
    }
    if (!finished || !done) {
      return Optional.of("cut: the stream ended before the answer did");
    }
    return usage ? Optional.empty() : Optional.of("no usage reported");
  }

  /** Whether there is no point in reading on. */
  boolean broken() {
    return error.isPresent();
  }

  long promptTokens() {
    return promptTokens;
  }

  long cachedTokens() {
    return cachedTokens;
  }

  long completionTokens() {
    return completionTokens;
  }

  /** The code of an OpenAI error body, cut to what fits a table; {@code -} where there is none. */
  static String errorCode(String body) {
    try {
      return errorCode(JSON.readTree(body));
    } catch (JsonProcessingException e) {
      return "-";
    }
  }

  private static String errorCode(JsonNode body) {
    JsonNode error = body.path("error");
    String code = error.path("code").asText("");
    String shown = code.isEmpty() || code.equals("null") ? error.path("type").asText("-") : code;
    // It stands in a terminal: nothing but plain characters.
    String plain = shown.replaceAll("[^A-Za-z0-9_.-]", "?");
    return plain.length() <= 48 ? plain : plain.substring(0, 48);
  }
}
