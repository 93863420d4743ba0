package dev.hanse.node.edge;

import dev.hanse.node.edge.EdgeObserver.Ending;
import dev.hanse.node.edge.EdgeObserver.Observation;
import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.ServingListener;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Turns what serving says into an HTTP response: a stream of events or one JSON body.
 *
 * <p>Nothing is sent before the first chunk, so that whatever fails earlier is a real HTTP status.
 * After it a failure is an {@code error} event and a closed connection, never {@code [DONE]}: a
 * truncated answer must not look finished. A client that reads too slowly pauses its engine, one
 * that leaves cancels it.
 *
 * <p>Threads: the request's event loop.
 */
final class AnswerWriter implements ServingListener {
  /** The client is allowed its whole budget; serving itself keeps it, this is the safety net. */
  private static final long BUDGET_GRACE_MILLIS = 5_000;

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final EdgeConfig config;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final String requestId;
  private final Form form;
  private final ErrorReply errors;
  private final Observation observation;
  private final Consumer<Ended> listener;
  private final long budgetTimer;

  private Optional<Exchange> exchange = Optional.empty();
  private Optional<Placed> placement = Optional.empty();
  private Optional<Buffer> lastChunk = Optional.empty();
  private long chunks;
  private boolean paused;
  private boolean cancelled;
  private boolean over;
  private long stallTimer = NO_TIMER;
  private long commentTimer = NO_TIMER;
  private boolean quietSinceComment;

  /** What the client asked to see. */
  enum Form {
    WHOLE,
    STREAM,
    STREAM_WITH_USAGE
  }

  /**
   * The end of an answer.
   *
   * @param usedTokens what to settle; as far as known, when the client left
   */
  record Ended(Ending ending, long usedTokens) {}

  AnswerWriter(
      Vertx vertx,
      EdgeConfig config,
      HttpServerRequest request,
      String requestId,
      Form form,
      ErrorReply errors,
      Observation observation,
      Consumer<Ended> listener) {
    this.vertx = vertx;
    this.config = config;
    this.request = request;
    this.response = request.response();
    this.requestId = requestId;
    this.form = form;
    this.errors = errors;
    this.observation = observation;
    this.listener = listener;
    this.budgetTimer =
        vertx.setTimer(
            config.requestBudget().toMillis() + BUDGET_GRACE_MILLIS,
            _ -> giveUp(ErrorTable.outOfTime()));
  }

  /** Hands over the exchange once serving has returned it; chunks may have come before. */
  void attach(Exchange opened) {
    exchange = Optional.of(opened);
    if (cancelled) {
      opened.cancel();
    } else if (paused && !over) {
      opened.pause();
    }
  }

  @Override
  public void onPlaced(Placed placed) {
    placement = Optional.of(placed);
    observation.placed(placed);
  }

  @Override
  public void onChunk(Buffer json) {
    if (over) {
      return;
    }
    chunks++;
    if (chunks == 1) {
      observation.firstChunk();
    }
    lastChunk = Optional.of(json);
    switch (form) {
      case WHOLE -> {}
      case STREAM -> write(StreamEvents.event(json));
      case STREAM_WITH_USAGE -> write(StreamEvents.eventBeforeUsage(json));
    }
  }

  @Override
  public void onEnd(Completion completion) {
    if (over) {
      return;
    }
    if (chunks == 0) {
      fail(Result.FAILED, ErrorTable.noAnswer(), completion.usage());
      return;
    }
    end();
    if (form == Form.WHOLE) {
      describe("application/json");
      var _ = response.end(lastChunk.orElseThrow());
    } else {
      if (form == Form.STREAM_WITH_USAGE) {
        Buffer usage =
            completion
                .usageChunk()
                .orElseGet(
                    () -> StreamEvents.usageChunk(lastChunk.orElseThrow(), completion.usage()));
        var _ = response.write(StreamEvents.event(usage));
      }
      var _ = response.end(StreamEvents.DONE.copy());
    }
    Ending ending =
        new Ending(
            Result.COMPLETED, 200, "", completion.usage(), completion.finishReason(), chunks);
    listener.accept(new Ended(ending, completion.usage().totalTokens()));
  }

  @Override
  public void onFailure(ProviderFailure failure) {
    if (!over) {
      fail(Result.FAILED, ErrorTable.of(failure), failure.partialUsage());
    }
  }

  /** Stops the engine and tells the client why. */
  void giveUp(ApiError error) {
    if (!over) {
      cancelExchange();
      fail(Result.FAILED, error, Usage.NONE);
    }
  }

  /** Stops the engine: nobody is there to tell. */
  void clientGone() {
    if (over) {
      return;
    }
    end();
    cancelExchange();
    int status = response.headWritten() ? 200 : 499;
    Ending ending = new Ending(Result.CANCELLED, status, "", Usage.NONE, "", chunks);
    listener.accept(new Ended(ending, chunks));
  }

  private void cancelExchange() {
    cancelled = true;
    exchange.ifPresent(Exchange::cancel);
  }

  private void fail(Result result, ApiError error, Usage usage) {
    end();
    boolean begun = response.headWritten();
    if (begun) {
      response.write(StreamEvents.event(error.json())).onComplete(_ -> cut());
    } else {
      describePlacement();
      errors.send(request, requestId, error);
    }
    Ending ending =
        new Ending(result, begun ? 200 : error.status(), error.code(), usage, "", chunks);
    listener.accept(new Ended(ending, Math.max(usage.totalTokens(), chunks)));
  }

  /** Ends the response so that no client can take it for complete. */
  private void cut() {
    if (request.version() == HttpVersion.HTTP_2) {
      var _ = response.reset(2);
    } else {
      var _ = request.connection().close();
    }
  }

  private void write(Buffer event) {
    if (!response.headWritten()) {
      describe("text/event-stream; charset=utf-8");
      response
          .setChunked(true)
          .putHeader("cache-control", "no-cache")
          .putHeader("x-accel-buffering", "no")
          .setWriteQueueMaxSize(config.writeQueue().toInt());
      startComments();
    }
    quietSinceComment = false;
    var _ = response.write(event);
    if (!paused && response.writeQueueFull()) {
      pause();
    }
  }

  private void pause() {
    paused = true;
    exchange.ifPresent(Exchange::pause);
    stallTimer =
        vertx.setTimer(
            config.writeStallTimeout().toMillis(),
            _ -> {
              stallTimer = NO_TIMER;
              clientGone();
              cut();
            });
    response.drainHandler(_ -> resume());
  }

  private void resume() {
    if (!paused || over) {
      return;
    }
    paused = false;
    stallTimer = cancelTimer(stallTimer);
    exchange.ifPresent(Exchange::resume);
  }

  private void startComments() {
    if (config.keepAliveComments().isPositive()) {
      commentTimer =
          vertx.setPeriodic(
              config.keepAliveComments().toMillis(),
              _ -> {
                if (quietSinceComment && !paused) {
                  var _ = response.write(StreamEvents.KEEP_ALIVE.copy());
                }
                quietSinceComment = true;
              });
    }
  }

  private void describe(String contentType) {
    response.putHeader("content-type", contentType).putHeader("x-request-id", requestId);
    describePlacement();
  }

  private void describePlacement() {
    if (response.closed() || placement.isEmpty()) {
      return;
    }
    Placed placed = placement.get();
    var attestation = placed.node().attestation();
    var price = placed.price();
    response
        .putHeader("x-hanse-node", placed.node().id().toString())
        .putHeader("x-hanse-region", placed.node().region().value())
        .putHeader("x-hanse-placement", printable(placed.reason()))
        .putHeader(
            "x-hanse-price",
            price.inputMicrosPerMtok()
                + ","
                + price.cachedInputMicrosPerMtok()
                + ","
                + price.outputMicrosPerMtok())
        .putHeader(
            "x-hanse-attestation",
            attestation.level().name().toLowerCase(Locale.ROOT)
                + "; technology="
                + printable(attestation.technology()));
    placed
        .epoch()
        .ifPresent(epoch -> response.putHeader("x-hanse-price-epoch", Long.toString(epoch)));
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7E]", "?");
  }

  private void end() {
    over = true;
    vertx.cancelTimer(budgetTimer);
    stallTimer = cancelTimer(stallTimer);
    commentTimer = cancelTimer(commentTimer);
  }

  private long cancelTimer(long timer) {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return NO_TIMER;
  }
}
