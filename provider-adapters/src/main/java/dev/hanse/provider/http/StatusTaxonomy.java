package dev.hanse.provider.http;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * What an engine's HTTP status and its stated reason mean to the mesh. Pure.
 *
 * <p>The retry rules are those of the OpenAI SDKs (408, 409, 429 and 5xx may be repeated) and of
 * Failover Bench S01 to S05, S12 and S13.
 */
public final class StatusTaxonomy {
  /** What the body of an error says beyond its status. */
  public enum Reason {
    UNSTATED,
    CONTEXT_TOO_LONG,
    CONTENT_FILTERED,
    MODEL_NOT_FOUND,
    QUOTA_SPENT
  }

  /** How long an engine is left alone that needs an operator: keys, quota, a missing endpoint. */
  public static final Duration OPERATOR_PAUSE = Duration.ofSeconds(60);

  private static final Retry NEVER = new Retry.Never();

  private StatusTaxonomy() {}

  /**
   * What an engine's refusal means.
   *
   * @param status as the engine sent it, 2xx included for errors inside an answer
   * @param pause what it asked for by {@code retry-after}
   * @param upstreamError handed on only where the client can act upon it
   */
  public static ProviderFailure failure(
      int status,
      Reason reason,
      Optional<Duration> pause,
      Usage used,
      Optional<Buffer> upstreamError) {
    return switch (reason) {
      case CONTEXT_TOO_LONG ->
          new ProviderFailure(
              Kind.CONTEXT_TOO_LONG,
              400,
              "context_length_exceeded",
              "the request is longer than the engine's context",
              NEVER,
              used,
              upstreamError);
      case CONTENT_FILTERED ->
          new ProviderFailure(
              Kind.CONTENT_FILTERED,
              400,
              "content_filter",
              "the engine's content filter refused the request",
              NEVER,
              used,
              upstreamError);
      case MODEL_NOT_FOUND -> modelNotFound(used, upstreamError);
      case QUOTA_SPENT ->
          of(
              Kind.RATE_LIMITED,
              429,
              "upstream_quota_spent",
              "the engine's quota is spent",
              new Retry.Elsewhere(pause.orElse(OPERATOR_PAUSE)),
              used);
      case UNSTATED -> byStatus(status, pause, used, upstreamError);
    };
  }

  /** A failure that is the mesh's to tell, without anything of the engine's own words. */
  public static ProviderFailure of(
      Kind kind, int status, String code, String message, Retry retry, Usage used) {
    return new ProviderFailure(kind, status, code, message, retry, used, Optional.empty());
  }

  private static ProviderFailure byStatus(
      int status, Optional<Duration> pause, Usage used, Optional<Buffer> upstreamError) {
    String said = "the engine answered " + status;
    Retry here = new Retry.Here(pause.orElse(Duration.ZERO));
    return switch (status) {
      case 401, 403 ->
          of(
              Kind.AUTHENTICATION,
              502,
              "upstream_authentication",
              said + ": it refuses our credentials",
              new Retry.Elsewhere(OPERATOR_PAUSE),
              used);
      case 404 -> modelNotFound(used, upstreamError);
      case 408 -> of(Kind.TIMEOUT, 504, "upstream_timeout", said, here, used);
      case 409, 425 -> of(Kind.ENGINE_ERROR, 502, "upstream_error", said, here, used);
      case 429 -> of(Kind.RATE_LIMITED, 429, "upstream_rate_limited", said, here, used);
      case 501 ->
          of(
              Kind.ENGINE_ERROR,
              502,
              "upstream_not_implemented",
              said,
              new Retry.Elsewhere(OPERATOR_PAUSE),
              used);
      case 503, 529 -> of(Kind.OVERLOADED, 503, "upstream_overloaded", said, here, used);
      case 504, 524 ->
          of(
              Kind.TIMEOUT,
              504,
              "upstream_timeout",
              said,
              new Retry.Elsewhere(pause.orElse(Duration.ZERO)),
              used);
      default -> {
        if (status >= 400 && status < 500) {
          yield new ProviderFailure(
              Kind.INVALID_REQUEST, status, "invalid_request", said, NEVER, used, upstreamError);
        }
        yield status >= 300 && status < 400
            ? of(
                Kind.ENGINE_ERROR,
                502,
                "upstream_redirect",
                said + ": redirects are not followed",
                new Retry.Elsewhere(OPERATOR_PAUSE),
                used)
            : of(Kind.ENGINE_ERROR, 502, "upstream_error", said, here, used);
      }
    };
  }

  private static ProviderFailure modelNotFound(Usage used, Optional<Buffer> upstreamError) {
    return new ProviderFailure(
        Kind.MODEL_NOT_FOUND,
        404,
        "model_not_found",
        "the engine does not serve the model",
        new Retry.Elsewhere(OPERATOR_PAUSE),
        used,
        upstreamError);
  }
}
