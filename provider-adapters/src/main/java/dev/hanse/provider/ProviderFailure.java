package dev.hanse.provider;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Why an exchange did not end well.
 *
 * @param status the HTTP status a client should see if nobody else can answer
 * @param code a stable, machine-readable reason, for example {@code context_length_exceeded}
 * @param message for people; holds no prompt, completion or secret
 * @param partialUsage what had been used when it failed
 * @param upstreamError the engine's OpenAI-shaped error object on one line, without the {@code
 *     {"error":…}} around it, when it is the client's to see
 */
public record ProviderFailure(
    Kind kind,
    int status,
    String code,
    String message,
    Retry retry,
    Usage partialUsage,
    Optional<Buffer> upstreamError) {

  /** The classes of failure, one per way of reacting to it. */
  public enum Kind {
    /** The engine understood and refuses: the same request fails everywhere. */
    INVALID_REQUEST,
    /** Longer than this engine's context; a larger one could take it. */
    CONTEXT_TOO_LONG,
    CONTENT_FILTERED,
    /** The engine refuses our credentials: an operator must act. */
    AUTHENTICATION,
    MODEL_NOT_FOUND,
    RATE_LIMITED,
    OVERLOADED,
    ENGINE_ERROR,
    /** Nothing of the request was processed: no connection. */
    UNREACHABLE,
    TIMEOUT,
    /** The answer stopped in the middle. */
    TRUNCATED,
    /** The engine's answer could not be understood. */
    MALFORMED,
    CANCELLED
  }
}
