package dev.hanse.node.edge;

import dev.hanse.node.admission.Admission;
import dev.hanse.node.admission.Claim;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.StreamResetException;
import java.util.function.Consumer;

/**
 * Gathers one request's body within its limits: size, time, and the edge's memory. After the first
 * outcome further bytes are thrown away.
 *
 * <p>Threads: the request's event loop.
 */
final class BodyCollector {
  /** How it went. */
  sealed interface Outcome {
    record Complete(Buffer body) implements Outcome {}

    record Refused(ApiError error) implements Outcome {}
  }

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final EdgeConfig config;
  private final Claim claim;
  private final Consumer<Outcome> listener;
  private final long deadlineTimer;
  private Buffer body = Buffer.buffer();
  private boolean over;

  private BodyCollector(
      Vertx vertx,
      HttpServerRequest request,
      EdgeConfig config,
      Claim claim,
      Consumer<Outcome> listener) {
    this.vertx = vertx;
    this.request = request;
    this.config = config;
    this.claim = claim;
    this.listener = listener;
    this.deadlineTimer =
        vertx.setTimer(config.bodyDeadline().toMillis(), _ -> refuse(ErrorTable.bodyTooSlow()));
  }

  /** Starts; {@code listener} hears one outcome, or none when the client leaves. */
  static void collect(
      Vertx vertx,
      HttpServerRequest request,
      EdgeConfig config,
      Claim claim,
      Consumer<Outcome> listener) {
    BodyCollector collector = new BodyCollector(vertx, request, config, claim, listener);
    String encoding = request.getHeader("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      collector.refuse(ErrorTable.encodedBody());
    } else if (RequestHeaders.contentLength(request) > config.maxBody().bytes()) {
      collector.refuse(ErrorTable.bodyTooLarge(config.maxBody().bytes()));
    } else {
      collector.start();
    }
  }

  private void start() {
    if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
      var _ = request.response().writeContinue();
    }
    request.handler(this::take);
    request.endHandler(_ -> complete());
    request.exceptionHandler(this::broke);
  }

  private void take(Buffer bytes) {
    if (over) {
      return;
    }
    if (bytes.length() > config.maxBody().bytes() - body.length()) {
      refuse(ErrorTable.bodyTooLarge(config.maxBody().bytes()));
      return;
    }
    switch (claim.hold(bytes.length())) {
      case Admission.Admitted _ -> body.appendBuffer(bytes);
      case Admission.Refused refused -> refuse(ErrorTable.of(refused));
    }
  }

  private void complete() {
    if (end()) {
      listener.accept(new Outcome.Complete(body));
    }
  }

  private void broke(Throwable cause) {
    if (cause instanceof HttpClosedException || cause instanceof StreamResetException) {
      // The client has left: the response's close handler tells whoever waits.
      var _ = end();
    } else {
      refuse(ErrorTable.brokenRequest(400, "The request body is not well-formed HTTP."));
    }
  }

  private void refuse(ApiError error) {
    if (end()) {
      body = Buffer.buffer();
      listener.accept(new Outcome.Refused(error));
    }
  }

  /** Ends the collection; false when it had ended already. */
  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    vertx.cancelTimer(deadlineTimer);
    return true;
  }
}
