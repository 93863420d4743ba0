package dev.hanse.node.edge;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/** Sends an error as a whole response, also to a client that is still sending its body. */
final class ErrorReply {
  /**
   * A rest of the body that is read rather than given up, to keep the connection. A body above it,
   * or of unknown length, ends the connection.
   */
  private static final long SMALL_BODY_BYTES = 64 << 10;

  private final Vertx vertx;
  private final EdgeConfig config;

  ErrorReply(Vertx vertx, EdgeConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  /** Sends it, unless the client has left or a response has begun. */
  void send(HttpServerRequest request, String requestId, ApiError error) {
    HttpServerResponse response = request.response();
    if (response.closed() || response.headWritten() || response.ended()) {
      return;
    }
    response
        .setStatusCode(error.status())
        .putHeader("content-type", "application/json")
        .putHeader("x-request-id", requestId)
        .putHeader("x-should-retry", Boolean.toString(error.retry()));
    if (error.status() == 401) {
      response.putHeader("www-authenticate", "Bearer");
    }
    if (error.retryAfter().isPositive()) {
      response
          .putHeader("retry-after", Long.toString(wholeSeconds(error.retryAfter())))
          .putHeader("retry-after-ms", Long.toString(error.retryAfter().toMillis()));
    }
    if (request.isEnded() || request.decoderResult().isFailure()) {
      var _ = response.end(error.json());
    } else {
      endEarly(request, response, error);
    }
  }

  private void endEarly(HttpServerRequest request, HttpServerResponse response, ApiError error) {
    boolean http2 = request.version() == HttpVersion.HTTP_2;
    long length = RequestHeaders.contentLength(request);
    boolean small = length >= 0 && length <= SMALL_BODY_BYTES;
    if (!http2 && !small) {
      response.putHeader("connection", "close");
    }
    long timer =
        vertx.setTimer(
            config.lingerTimeout().toMillis(),
            _ -> {
              if (http2) {
                var _ = response.reset();
              } else {
                var _ = request.connection().close();
              }
            });
    request.handler(_ -> {});
    request.exceptionHandler(_ -> vertx.cancelTimer(timer));
    request.endHandler(_ -> {
      vertx.cancelTimer(timer);
      if (!http2 && !small) {
        var _ = request.connection().shutdown();
      }
    });
    var _ = response.end(error.json());
  }

  private static long wholeSeconds(Duration delay) {
    return delay.plusMillis(999).toSeconds();
  }
}
