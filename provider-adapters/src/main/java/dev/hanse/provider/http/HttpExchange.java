package dev.hanse.provider.http;

import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request's life: connection, request, status, body; with its deadlines, its back-pressure
 * and its one end. All of it happens on the context that opened it.
 */
final class HttpExchange implements Exchange, AnswerSink {
  /** How much of an error's body is read; the rest is of no use to anybody. */
  private static final int MAX_ERROR_BYTES = 64 << 10;

  /**
   * How long an answer may take to end at HTTP's level after its last event, before its connection
   * is given up instead of being used again.
   */
  private static final long DRAIN_MILLIS = 1000;

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Context context;
  private final UpstreamCall call;
  private final UpstreamConfig config;
  private final AnswerReader reader;
  private final ExchangeListener listener;
  private final Consumer<HttpExchange> onGone;

  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private Buffer errorBody = Buffer.buffer();
  private boolean done;
  private boolean paused;
  private boolean bodySeen;
  private boolean responseEnded;
  private long budgetTimer = NO_TIMER;
  private long stallTimer = NO_TIMER;
  private long lastReadNanos;

  HttpExchange(
      Vertx vertx,
      UpstreamCall call,
      UpstreamConfig config,
      AnswerReader reader,
      ExchangeListener listener,
      Consumer<HttpExchange> onGone) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.call = call;
    this.config = config;
    this.reader = reader;
    this.listener = listener;
    this.onGone = onGone;
  }

  void start(Future<HttpClientRequest> connected) {
    budgetTimer =
        vertx.setTimer(
            Math.max(1, call.budget().toMillis()),
            timer -> failAndReset(TransportFailures.timedOut("the request's budget", used())));
    connected.onComplete(this::send, cause -> fail(TransportFailures.notConnected(cause)));
  }

  @Override
  public void pause() {
    paused = true;
    HttpClientResponse answer = response;
    if (answer != null && !done) {
      answer.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    lastReadNanos = System.nanoTime();
    HttpClientResponse answer = response;
    if (answer != null && !done) {
      answer.resume();
    }
  }

  @Override
  public void cancel() {
    if (finish()) {
      reset();
    }
  }

  /** Ends it because the provider is closed; may be called from any thread. */
  Future<Void> abort() {
    Promise<Void> aborted = Promise.promise();
    context.runOnContext(nothing -> {
      failAndReset(TransportFailures.closed(used()));
      aborted.complete();
    });
    return aborted.future();
  }

  @Override
  public boolean open() {
    return !done;
  }

  @Override
  public void chunk(Buffer json) {
    if (!done) {
      listener.onChunk(json);
    }
  }

  @Override
  public void complete(Completion completion) {
    if (finish()) {
      drain();
      listener.onEnd(completion);
    }
  }

  @Override
  public void fail(ProviderFailure failure) {
    failAndReset(failure);
  }

  private void failAndReset(ProviderFailure failure) {
    if (finish()) {
      reset();
      listener.onFailure(failure);
    }
  }

  private void send(HttpClientRequest connected) {
    request = connected;
    // Without a handler a broken connection would be logged as unhandled; the response's future
    // tells.
    connected.exceptionHandler(cause -> {});
    if (done) {
      reset();
      return;
    }
    lastReadNanos = System.nanoTime();
    if (call.stream()) {
      watchForStall(config.firstChunkTimeout());
    }
    connected.response().onComplete(this::head, this::noHead);
    var _ = connected.end(call.body());
  }

  private void noHead(Throwable cause) {
    fail(TransportFailures.noHead(cause));
  }

  private void head(HttpClientResponse answer) {
    if (done) {
      return;
    }
    response = answer;
    boolean taken = answer.statusCode() >= 200 && answer.statusCode() < 300;
    answer.exceptionHandler(cause -> ended(answer, taken, false));
    answer.endHandler(nothing -> ended(answer, taken, true));
    if (taken) {
      answer.handler(this::body);
      reader.begin(answer.headers(), this);
    } else {
      answer.handler(bytes -> errorBody(answer, bytes));
    }
    if (paused && !done && taken) {
      answer.pause();
    }
  }

  private void body(Buffer bytes) {
    if (done) {
      return;
    }
    lastReadNanos = System.nanoTime();
    if (!bodySeen) {
      bodySeen = true;
      cancelTimer(stallTimer);
      watchForStall(config.interChunkTimeout());
    }
    reader.read(bytes);
  }

  private void errorBody(HttpClientResponse answer, Buffer bytes) {
    if (done) {
      return;
    }
    int room = MAX_ERROR_BYTES - errorBody.length();
    errorBody.appendBuffer(bytes, 0, Math.min(room, bytes.length()));
    if (bytes.length() >= room) {
      refused(answer);
    }
  }

  private void ended(HttpClientResponse answer, boolean taken, boolean whole) {
    responseEnded = true;
    if (done) {
      return;
    }
    if (!taken) {
      refused(answer);
    } else {
      reader.end(whole);
    }
  }

  private void refused(HttpClientResponse answer) {
    ProviderFailure failure = reader.refused(answer.statusCode(), answer.headers(), errorBody);
    errorBody = Buffer.buffer();
    fail(failure);
  }

  /**
   * Fails the exchange when nothing was read for this long. One timer that looks again when it
   * fires costs less than one restarted with every read. Time while paused does not count.
   */
  private void watchForStall(Duration limit) {
    watchForStall(limit, limit.toMillis());
  }

  private void watchForStall(Duration limit, long inMillis) {
    stallTimer =
        vertx.setTimer(
            Math.max(1, inMillis),
            timer -> {
              long quietMillis = (System.nanoTime() - lastReadNanos) / 1_000_000;
              if (paused) {
                watchForStall(limit);
              } else if (quietMillis >= limit.toMillis()) {
                failAndReset(
                    TransportFailures.timedOut(
                        bodySeen ? "the next chunk" : "the first chunk", used()));
              } else {
                watchForStall(limit, limit.toMillis() - quietMillis);
              }
            });
  }

  private Usage used() {
    return response == null ? Usage.NONE : reader.usage();
  }

  /** True the first time: the one end of this exchange. */
  private boolean finish() {
    if (done) {
      return false;
    }
    done = true;
    cancelTimer(budgetTimer);
    cancelTimer(stallTimer);
    onGone.accept(this);
    return true;
  }

  private void drain() {
    HttpClientResponse answer = response;
    if (answer == null || responseEnded) {
      return;
    }
    long timer = vertx.setTimer(DRAIN_MILLIS, expired -> reset());
    answer.endHandler(nothing -> {
      responseEnded = true;
      cancelTimer(timer);
    });
    answer.resume();
  }

  private void reset() {
    HttpClientRequest sent = request;
    if (sent != null && !responseEnded) {
      responseEnded = true;
      // 8 is HTTP/2's CANCEL; over HTTP/1.1 it closes the connection.
      var _ = sent.reset(8);
    }
  }

  private void cancelTimer(long timer) {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
  }
}
