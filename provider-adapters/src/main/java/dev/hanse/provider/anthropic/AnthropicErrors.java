package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.StatusTaxonomy;
import dev.hanse.provider.http.StatusTaxonomy.Reason;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What Anthropic's errors mean. Pure. Source: its API reference, "Errors". */
final class AnthropicErrors {
  private static final int MAX_TEXT = 4096;

  private AnthropicErrors() {}

  static ProviderFailure refused(int status, Optional<Duration> pause, byte[] body) {
    JsonNode error = Json.object();
    try {
      error = Json.read(body).path("error");
    } catch (MalformedAnswer proxyPage) {
      // Then the status says all there is.
    }
    return of(status, error, pause, Usage.NONE);
  }

  /** An {@code error} event, whose type stands for the status it comes too late for. */
  static ProviderFailure event(JsonNode error, Usage used) {
    int status =
        switch (error.path("type").asText("")) {
          case "invalid_request_error" -> 400;
          case "authentication_error" -> 401;
          case "billing_error" -> 402;
          case "permission_error" -> 403;
          case "not_found_error" -> 404;
          case "request_too_large" -> 413;
          case "rate_limit_error" -> 429;
          case "timeout_error" -> 504;
          case "overloaded_error" -> 529;
          default -> 500;
        };
    return of(status, error, Optional.empty(), used);
  }

  static ProviderFailure unsupported(Unsupported unsupported) {
    String message = unsupported.getMessage() == null ? "unsupported" : unsupported.getMessage();
    return invalid("unsupported_parameter", message, unsupported.param());
  }

  static ProviderFailure invalid(String code, String message, String param) {
    ObjectNode shown = Json.object();
    shown.put("message", message).put("type", "invalid_request_error");
    shown.put("param", param.isEmpty() ? null : param).put("code", code);
    return new ProviderFailure(
        Kind.INVALID_REQUEST,
        400,
        code,
        message,
        new Retry.Never(),
        Usage.NONE,
        Optional.of(Json.write(shown)));
  }

  static ProviderFailure broken(Kind kind, String message, Usage used) {
    return StatusTaxonomy.of(
        kind,
        502,
        kind == Kind.TRUNCATED ? "upstream_truncated" : "upstream_malformed",
        message,
        new Retry.Elsewhere(Duration.ZERO),
        used);
  }

  private static ProviderFailure of(
      int status, JsonNode error, Optional<Duration> pause, Usage used) {
    Optional<Buffer> shown = Optional.empty();
    if (error.path("message").isTextual()) {
      String message = error.path("message").asText();
      ObjectNode openAi = Json.object();
      openAi.put("message", message.length() > MAX_TEXT ? message.substring(0, MAX_TEXT) : message);
      openAi.put("type", error.path("type").asText("invalid_request_error"));
      openAi.putNull("param").putNull("code");
      shown = Optional.of(Json.write(openAi));
    }
    return StatusTaxonomy.failure(status, reason(status, error), pause, used, shown);
  }

  private static Reason reason(int status, JsonNode error) {
    String message = error.path("message").asText("").toLowerCase(Locale.ROOT);
    if (status == 400
        && (message.contains("prompt is too long") || message.contains("exceed context limit"))) {
      return Reason.CONTEXT_TOO_LONG;
    }
    return status == 402 || message.contains("credit balance is too low")
        ? Reason.QUOTA_SPENT
        : Reason.UNSTATED;
  }
}
