package dev.hanse.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.StatusTaxonomy;
import dev.hanse.provider.http.StatusTaxonomy.Reason;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What the body of an engine's error says: OpenAI's {@code {"error":{…}}}, vLLM's older flat {@code
 * {"object":"error",…}}, TGI's and Ollama's {@code {"error":"…"}}, FastAPI's {@code {"detail":…}},
 * or nothing readable. Pure.
 */
final class ErrorReading {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_TEXT = 4096;

  private ErrorReading() {}

  /**
   * @param status as sent; for an error inside a 2xx answer the one its body implies is taken
   */
  static ProviderFailure read(int status, Optional<Duration> pause, byte[] body, Usage used) {
    JsonNode error = error(body);
    Optional<Buffer> shown = error.isEmpty() ? Optional.empty() : Optional.of(normal(error));
    return StatusTaxonomy.failure(
        status >= 200 && status < 300 ? impliedStatus(error) : status,
        reason(status, error),
        pause,
        used,
        shown);
  }

  private static ObjectNode error(byte[] body) {
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException notJson) {
      return nothing;
    }
    if (root == null || !root.isObject()) {
      return nothing;
    }
    JsonNode error = root.path("error");
    if (error.isObject()) {
      return (ObjectNode) error;
    }
    if (error.isTextual()) {
      return nothing.put("message", error.asText()).put("type", root.path("error_type").asText(""));
    }
    if (root.path("message").isTextual()) {
      return (ObjectNode) root;
    }
    JsonNode detail = root.path("detail");
    return detail.isMissingNode()
        ? nothing
        : nothing.put("message", detail.isTextual() ? detail.asText() : detail.toString());
  }

  /** The four members clients know, and no other. */
  private static Buffer normal(JsonNode error) {
    ObjectNode normal = JsonNodeFactory.instance.objectNode();
    normal.put("message", cut(error.path("message").asText("the engine gave no message")));
    normal.put("type", cut(error.path("type").asText("invalid_request_error")));
    normal.put("param", error.path("param").isTextual() ? cut(error.path("param").asText()) : null);
    normal.put("code", error.path("code").isTextual() ? cut(error.path("code").asText()) : null);
    return Buffer.buffer(normal.toString());
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }

  private static int impliedStatus(JsonNode error) {
    int code = error.path("code").asInt(0);
    if (code >= 400 && code < 600) {
      return code;
    }
    String type = (error.path("type").asText("") + " " + error.path("code").asText(""));
    type = type.toLowerCase(Locale.ROOT);
    if (type.contains("invalid_request") || type.contains("badrequest")) {
      return 400;
    }
    if (type.contains("rate_limit")) {
      return 429;
    }
    if (type.contains("overloaded") || type.contains("unavailable")) {
      return 503;
    }
    return type.contains("timeout") ? 504 : 500;
  }

  private static Reason reason(int status, JsonNode error) {
    String code = error.path("code").asText("").toLowerCase(Locale.ROOT);
    String type = error.path("type").asText("").toLowerCase(Locale.ROOT);
    String message = error.path("message").asText("").toLowerCase(Locale.ROOT);
    if (code.equals("context_length_exceeded")
        || type.equals("exceed_context_size_error")
        || (status != 429 && status < 500 && saysTooLong(message))) {
      return Reason.CONTEXT_TOO_LONG;
    }
    if (code.equals("content_filter")
        || code.equals("content_policy_violation")
        || type.equals("content_filter")) {
      return Reason.CONTENT_FILTERED;
    }
    if (code.equals("insufficient_quota") || type.equals("insufficient_quota")) {
      return Reason.QUOTA_SPENT;
    }
    return code.equals("model_not_found") ? Reason.MODEL_NOT_FOUND : Reason.UNSTATED;
  }

  /** The words of vLLM, SGLang, llama.cpp and TGI, whose errors carry no code for it. */
  private static boolean saysTooLong(String message) {
    return message.contains("maximum context length")
        || message.contains("longer than the model's context length")
        || message.contains("exceeds the available context size")
        || message.contains("exceed context window")
        || message.contains("`inputs` tokens + `max_new_tokens` must be");
  }
}
