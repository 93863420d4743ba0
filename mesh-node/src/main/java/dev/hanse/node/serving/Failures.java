package dev.hanse.node.serving;

import dev.hanse.node.routing.Route;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import java.time.Duration;
import java.util.Optional;

/** The failures that serving itself finds, in the words clients see. */
final class Failures {
  private static final String DEADLINE = "deadline_exceeded";

  private Failures() {}

  static ProviderFailure of(Route.Refused refused) {
    return switch (refused.reason()) {
      case MODEL_UNKNOWN ->
          failure(
              Kind.MODEL_NOT_FOUND,
              404,
              "model_not_found",
              "No node of this mesh offers the model; GET /v1/models lists those that are.",
              new Retry.Never());
      case CONTEXT_TOO_LONG ->
          failure(
              Kind.CONTEXT_TOO_LONG,
              400,
              "context_length_exceeded",
              "The prompt is longer than any context on offer (" + refused.detail() + ").",
              new Retry.Never());
      case NONE_ELIGIBLE ->
          failure(
              Kind.INVALID_REQUEST,
              400,
              "no_eligible_node",
              "The request's own limits rule out every node: " + refused.detail() + ".",
              new Retry.Never());
      case UNAVAILABLE ->
          failure(
              Kind.OVERLOADED,
              503,
              "no_node_available",
              "No node can take the request at the moment: " + refused.detail() + ".",
              new Retry.Here(refused.retryAfter()));
      case FULL ->
          failure(
              Kind.OVERLOADED,
              503,
              "mesh_full",
              "Every node that may run the request is full: " + refused.detail() + ".",
              new Retry.Here(refused.retryAfter()));
    };
  }

  /** Whether it was the client's own time that ran out. */
  static boolean isDeadline(ProviderFailure failure) {
    return failure.code().equals(DEADLINE);
  }

  static ProviderFailure deadline(Duration budget) {
    return failure(
        Kind.TIMEOUT,
        504,
        DEADLINE,
        "The answer was not complete within " + budget.toMillis() + " ms.",
        new Retry.Never());
  }

  static ProviderFailure silent(Duration silence) {
    return failure(
        Kind.TIMEOUT,
        504,
        "first_token_timeout",
        "The node sent nothing for " + silence.toMillis() + " ms.",
        new Retry.Elsewhere(Duration.ZERO));
  }

  static ProviderFailure stalled(Duration silence) {
    return failure(
        Kind.TRUNCATED,
        502,
        "stream_stalled",
        "The answer stopped: nothing came for " + silence.toMillis() + " ms.",
        new Retry.Never());
  }

  static ProviderFailure cancelled() {
    return failure(Kind.CANCELLED, 499, "cancelled", "The client went away.", new Retry.Never());
  }

  /** How long the node that failed wants to be left alone. */
  static Duration pauseOf(ProviderFailure failure) {
    return switch (failure.retry()) {
      case Retry.Never() -> Duration.ZERO;
      case Retry.Here(Duration after) -> after;
      case Retry.Elsewhere(Duration after) -> after;
    };
  }

  /** Whether the failure is the node's own fault, and more of them should eject it. */
  static boolean blamesNode(ProviderFailure failure) {
    return switch (failure.kind()) {
      case UNREACHABLE, TIMEOUT, ENGINE_ERROR, MALFORMED, TRUNCATED, AUTHENTICATION -> true;
      case INVALID_REQUEST,
          CONTEXT_TOO_LONG,
          CONTENT_FILTERED,
          MODEL_NOT_FOUND,
          RATE_LIMITED,
          OVERLOADED,
          CANCELLED ->
          false;
    };
  }

  /** Whether another node may be asked. A longer context may take what was too long here. */
  static boolean isRetryable(ProviderFailure failure) {
    return failure.kind() == Kind.CONTEXT_TOO_LONG || !(failure.retry() instanceof Retry.Never);
  }

  /**
   * The failure as it is once part of the answer is out: whatever its kind, it must not be tried
   * again behind the client's back, and what had come is accounted for.
   */
  static ProviderFailure brokenOff(ProviderFailure failure, Usage partial) {
    return new ProviderFailure(
        failure.kind(),
        failure.status(),
        failure.code(),
        failure.message(),
        new Retry.Never(),
        partial,
        failure.upstreamError());
  }

  private static ProviderFailure failure(
      Kind kind, int status, String code, String message, Retry retry) {
    return new ProviderFailure(kind, status, code, message, retry, Usage.NONE, Optional.empty());
  }
}
