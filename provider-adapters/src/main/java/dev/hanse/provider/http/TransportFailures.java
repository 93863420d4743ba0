package dev.hanse.provider.http;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What a failure below HTTP means, by how far the request had come. Pure. */
final class TransportFailures {
  private static final Retry SOON = new Retry.Here(Duration.ZERO);
  private static final Retry ELSEWHERE = new Retry.Elsewhere(Duration.ZERO);

  private TransportFailures() {}

  /** No connection: nothing of the request was processed. */
  static ProviderFailure notConnected(Throwable cause) {
    if (cause instanceof ConnectionPoolTooBusyException) {
      return StatusTaxonomy.of(
          Kind.OVERLOADED,
          503,
          UpstreamClient.POOL_FULL,
          "too many requests wait for a connection to the engine",
          ELSEWHERE,
          Usage.NONE);
    }
    if (cause instanceof SSLException) {
      return StatusTaxonomy.of(
          Kind.UNREACHABLE,
          502,
          "upstream_tls",
          "the engine's TLS handshake failed",
          new Retry.Elsewhere(StatusTaxonomy.OPERATOR_PAUSE),
          Usage.NONE);
    }
    return StatusTaxonomy.of(
        Kind.UNREACHABLE,
        502,
        "upstream_unreachable",
        "no connection to the engine",
        SOON,
        Usage.NONE);
  }

  /** The request was sent and no status came: it may or may not have been processed. */
  static ProviderFailure noHead(Throwable cause) {
    if (cause instanceof HttpClosedException
        || cause instanceof StreamResetException
        || cause instanceof IOException) {
      return StatusTaxonomy.of(
          Kind.ENGINE_ERROR,
          502,
          "upstream_closed",
          "the engine closed the connection without an answer",
          SOON,
          Usage.NONE);
    }
    return StatusTaxonomy.of(
        Kind.MALFORMED,
        502,
        "upstream_malformed",
        "the engine's answer is not HTTP",
        ELSEWHERE,
        Usage.NONE);
  }

  static ProviderFailure timedOut(String waitedFor, Usage used) {
    return StatusTaxonomy.of(
        Kind.TIMEOUT, 504, "upstream_timeout", "timed out: " + waitedFor, ELSEWHERE, used);
  }

  static ProviderFailure closed(Usage used) {
    return StatusTaxonomy.of(
        Kind.CANCELLED, 503, "provider_closed", "the provider was closed", ELSEWHERE, used);
  }
}
