package dev.hanse.provider.simulated;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.simulated.answer.RefusedRequest;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/** The simulated engine's failures, with the error objects a real one would send. */
final class Failures {
  // A queue of the default length drains in about that time on the slowest profile.
  private static final Duration QUEUE_DRAINS = Duration.ofSeconds(2);
  private static final String INVALID = "invalid_request_error";

  private Failures() {}

  static ProviderFailure refused(RefusedRequest refusal) {
    return switch (refusal.reason()) {
      case INVALID ->
          failure(
              Kind.INVALID_REQUEST,
              400,
              "invalid_request",
              refusal.text(),
              new Retry.Never(),
              Json.error(refusal.text(), INVALID, refusal.field(), "invalid_request"));
      case CONTEXT_TOO_LONG ->
          failure(
              Kind.CONTEXT_TOO_LONG,
              400,
              "context_length_exceeded",
              refusal.text(),
              new Retry.Elsewhere(Duration.ZERO),
              Json.error(refusal.text(), INVALID, refusal.field(), "context_length_exceeded"));
    };
  }

  static ProviderFailure notJson(String message) {
    return failure(
        Kind.INVALID_REQUEST,
        400,
        "invalid_json",
        message,
        new Retry.Never(),
        Json.error(message, INVALID, "", "invalid_json"));
  }

  static ProviderFailure unknownModel(String model) {
    String message = "The model '" + model + "' does not exist on this engine.";
    return failure(
        Kind.MODEL_NOT_FOUND,
        404,
        "model_not_found",
        message,
        new Retry.Elsewhere(Duration.ZERO),
        Json.error(message, INVALID, "model", "model_not_found"));
  }

  static ProviderFailure overloaded() {
    String message = "The simulated engine's queue is full.";
    return failure(
        Kind.OVERLOADED,
        503,
        "engine_overloaded",
        message,
        new Retry.Elsewhere(QUEUE_DRAINS),
        Json.error(message, "server_error", "", "engine_overloaded"));
  }

  static ProviderFailure rateLimited(Duration retryAfter) {
    String message = "Simulated fault: rate limit.";
    return failure(
        Kind.RATE_LIMITED,
        429,
        "rate_limit_exceeded",
        message,
        new Retry.Elsewhere(retryAfter),
        Json.error(message, "rate_limit_error", "", "rate_limit_exceeded"));
  }

  static ProviderFailure engineError(int status) {
    String message = "Simulated fault: engine error.";
    return failure(
        Kind.ENGINE_ERROR,
        status,
        "engine_error",
        message,
        new Retry.Elsewhere(Duration.ZERO),
        Json.error(message, "server_error", "", "engine_error"));
  }

  static ProviderFailure unhealthy() {
    return new ProviderFailure(
        Kind.ENGINE_ERROR,
        503,
        "engine_unhealthy",
        "Simulated fault: unhealthy.",
        new Retry.Elsewhere(Duration.ZERO),
        Usage.NONE,
        Optional.empty());
  }

  static ProviderFailure closed() {
    return new ProviderFailure(
        Kind.UNREACHABLE,
        503,
        "engine_closed",
        "The simulated engine is closed.",
        new Retry.Elsewhere(Duration.ZERO),
        Usage.NONE,
        Optional.empty());
  }

  static ProviderFailure truncated(Usage usage) {
    return late(Kind.TRUNCATED, 502, "stream_cut", "Simulated fault: the answer stopped.", usage);
  }

  static ProviderFailure malformed(Usage usage) {
    return late(Kind.MALFORMED, 502, "malformed_chunk", "Simulated fault: not a chunk.", usage);
  }

  static ProviderFailure timedOut(Usage usage) {
    return late(Kind.TIMEOUT, 504, "timeout", "The simulated engine was not done in time.", usage);
  }

  private static ProviderFailure late(
      Kind kind, int status, String code, String message, Usage usage) {
    return new ProviderFailure(
        kind, status, code, message, new Retry.Elsewhere(Duration.ZERO), usage, Optional.empty());
  }

  private static ProviderFailure failure(
      Kind kind, int status, String code, String message, Retry retry, Buffer upstreamError) {
    return new ProviderFailure(
        kind, status, code, message, retry, Usage.NONE, Optional.of(upstreamError));
  }
}
