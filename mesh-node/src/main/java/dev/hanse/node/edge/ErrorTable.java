package dev.hanse.node.edge;

import dev.hanse.node.admission.Admission;
import dev.hanse.node.admission.KeyCheck;
import dev.hanse.node.edge.body.BodyFault;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import java.time.Duration;

/**
 * Every way to say no: reason → status, type, code. The types are OpenAI's; the codes say what to
 * do about it.
 */
final class ErrorTable {
  static final String INVALID_REQUEST = "invalid_request_error";
  static final String AUTHENTICATION = "authentication_error";
  static final String PERMISSION = "permission_error";
  static final String RATE_LIMIT = "rate_limit_error";
  static final String SERVER = "server_error";

  /** For overload of which nobody said how long it lasts. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private ErrorTable() {}

  static ApiError of(KeyCheck.Fault fault) {
    return switch (fault) {
      case MISSING ->
          unauthorized(
              "missing_api_key",
              "You didn't provide an API key. Send it in the header"
                  + " 'Authorization: Bearer YOUR_KEY'.");
      case INVALID -> unauthorized("invalid_api_key", "Incorrect API key provided.");
      case EXPIRED ->
          unauthorized("expired_api_key", "This API key has expired. Ask for a new one.");
      case REVOKED -> unauthorized("revoked_api_key", "This API key has been revoked.");
    };
  }

  private static ApiError unauthorized(String code, String message) {
    return ApiError.of(401, AUTHENTICATION, code, message, "");
  }

  static ApiError of(Admission.Refused refused) {
    ApiError error =
        switch (refused.reason()) {
          case MODEL_NOT_ALLOWED ->
              ApiError.of(
                  403,
                  PERMISSION,
                  "model_not_allowed",
                  "This API key may not use this model. GET /v1/models lists those it may.",
                  "model");
          case REQUEST_OR_TOKEN_RATE ->
              ApiError.of(
                  429,
                  RATE_LIMIT,
                  "rate_limit_exceeded",
                  "This API key has used up its requests or tokens per minute. Please try again"
                      + " in "
                      + refused.retryAfter().toMillis()
                      + " ms.",
                  "");
          case LARGER_THAN_TOKEN_LIMIT ->
              ApiError.of(
                  429,
                  RATE_LIMIT,
                  "request_larger_than_token_limit",
                  "The prompt and the most it may produce are more than this API key's tokens per"
                      + " minute. Shorten the prompt or set a smaller max_completion_tokens.",
                  "");
          case KEY_IN_FLIGHT ->
              ApiError.of(
                  429,
                  RATE_LIMIT,
                  "too_many_concurrent_requests",
                  "This API key has too many requests in flight. Wait for some to finish.",
                  "");
          case EDGE_IN_FLIGHT, EDGE_BYTES ->
              ApiError.of(
                  503,
                  SERVER,
                  "overloaded",
                  "This edge is at its limit. Please try again shortly.",
                  "");
        };
    return refused.retryAfter().isPositive() ? error.retryAfter(refused.retryAfter()) : error;
  }

  static ApiError of(BodyFault fault) {
    return ApiError.of(400, INVALID_REQUEST, fault.code(), fault.message(), fault.param());
  }

  static ApiError unknownUrl(String method, String path) {
    return ApiError.of(
        404,
        INVALID_REQUEST,
        "unknown_url",
        "Unknown request URL: " + printable(method) + " " + printable(path) + ".",
        "");
  }

  static ApiError unknownModel(String model) {
    return ApiError.of(
        404,
        INVALID_REQUEST,
        "model_not_found",
        "The model '"
            + printable(model)
            + "' does not exist or no node offers it now. GET /v1/models lists what there is.",
        "model");
  }

  static ApiError wrongMethod(String method, String path, String allowed) {
    return ApiError.of(
        405,
        INVALID_REQUEST,
        "method_not_allowed",
        "Not allowed to " + printable(method) + " on " + printable(path) + "; use " + allowed + ".",
        "");
  }

  static ApiError bodyTooLarge(long maxBytes) {
    return ApiError.of(
        413,
        INVALID_REQUEST,
        "request_too_large",
        "The request body is larger than " + maxBytes + " bytes.",
        "");
  }

  static ApiError encodedBody() {
    return ApiError.of(
        415,
        INVALID_REQUEST,
        "unsupported_content_encoding",
        "Send the request body without content-encoding.",
        "");
  }

  static ApiError bodyTooSlow() {
    return ApiError.of(
        408, INVALID_REQUEST, "request_timeout", "The request body did not arrive in time.", "");
  }

  static ApiError brokenRequest(int status, String message) {
    return ApiError.of(status, INVALID_REQUEST, "malformed_request", message, "");
  }

  static ApiError shuttingDown() {
    return ApiError.of(
            503,
            SERVER,
            "edge_shutting_down",
            "This edge is shutting down. Please try again; another one will answer.",
            "")
        .retryAfter(SOON);
  }

  static ApiError outOfTime() {
    return ApiError.of(
        504, SERVER, "timeout", "The answer was not complete within the time allowed.", "");
  }

  static ApiError noAnswer() {
    return ApiError.of(502, SERVER, "malformed_answer", "The engine ended without an answer.", "");
  }

  static ApiError internal() {
    return ApiError.of(
        500, SERVER, "internal_error", "The edge failed to handle this request.", "");
  }

  /**
   * What the mesh says when serving failed. {@code x-should-retry} is true only where nothing was
   * processed: elsewhere the mesh has retried already or tokens may have been billed.
   */
  static ApiError of(ProviderFailure failure) {
    ApiError error =
        switch (failure.kind()) {
          case INVALID_REQUEST -> clients(failure, 400, "invalid_request", "");
          case CONTEXT_TOO_LONG -> clients(failure, 400, "context_length_exceeded", "messages");
          case CONTENT_FILTERED -> clients(failure, 400, "content_filter", "");
          case MODEL_NOT_FOUND -> clients(failure, 404, "model_not_found", "model");
          case RATE_LIMITED -> busy(failure, 429, RATE_LIMIT, "rate_limit_exceeded");
          case OVERLOADED -> busy(failure, 503, SERVER, "overloaded");
          case UNREACHABLE -> busy(failure, 503, SERVER, "no_node_available");
          // The engine refused the mesh's credentials, not the client's.
          case AUTHENTICATION -> meshs(failure, 502, "upstream_authentication");
          case ENGINE_ERROR -> meshs(failure, 502, "engine_error");
          case MALFORMED -> meshs(failure, 502, "malformed_answer");
          case TRUNCATED -> meshs(failure, 502, "answer_truncated");
          case TIMEOUT -> meshs(failure, 504, "timeout");
          case CANCELLED -> meshs(failure, 503, "cancelled");
        };
    return error;
  }

  private static ApiError clients(ProviderFailure failure, int status, String code, String param) {
    boolean fits = failure.status() >= 400 && failure.status() < 500 && failure.status() != 401;
    ApiError error =
        ApiError.of(
            fits ? failure.status() : status,
            INVALID_REQUEST,
            failure.code().isBlank() ? code : failure.code(),
            failure.message(),
            param);
    return failure.upstreamError().map(error::saying).orElse(error);
  }

  private static ApiError busy(ProviderFailure failure, int status, String type, String code) {
    ApiError error =
        ApiError.of(
            status, type, failure.code().isBlank() ? code : failure.code(), failure.message(), "");
    boolean untouched = failure.partialUsage().completionTokens() == 0;
    return switch (failure.retry()) {
      case Retry.Never _ -> error;
      case Retry.Here(Duration after) when untouched -> error.retryAfter(atLeastSoon(after));
      case Retry.Elsewhere(Duration after) when untouched -> error.retryAfter(atLeastSoon(after));
      case Retry.Here _, Retry.Elsewhere _ -> error;
    };
  }

  private static ApiError meshs(ProviderFailure failure, int status, String code) {
    return ApiError.of(
        status, SERVER, failure.code().isBlank() ? code : failure.code(), failure.message(), "");
  }

  private static Duration atLeastSoon(Duration after) {
    return after.compareTo(SOON) < 0 ? SOON : after;
  }

  private static String printable(String text) {
    String cut = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
