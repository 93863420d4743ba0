package dev.hanse.cli.replay;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.hanse.api.Price;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** One request of a replay on its way. Confined to one event loop. */
final class ChatCall {
  private static final Pattern PRICE = Pattern.compile("(\\d{1,13}),(\\d{1,13}),(\\d{1,13})");
  private static final int MOST_ERROR_BYTES = 64 << 10;

  private final Vertx vertx;
  private final ReplayOptions options;
  private final TraceRequest request;
  private final long intendedNanos;
  private final long sentNanos;
  private final AnswerReader answer = new AnswerReader();
  private final SseEvents events = new SseEvents(answer::read);
  private final Promise<Outcome> outcome = Promise.promise();
  private Optional<HttpClientRequest> wire = Optional.empty();
  private boolean over;
  private long firstTokenNanos;
  private final long timer;

  private ChatCall(Vertx vertx, ReplayOptions options, TraceRequest request, long intendedNanos) {
    this.vertx = vertx;
    this.options = options;
    this.request = request;
    this.intendedNanos = intendedNanos;
    sentNanos = System.nanoTime();
    timer = vertx.setTimer(Math.max(1, options.timeout().toMillis()), fired -> fail("timeout"));
  }

  /** Sends a request; the future never fails. */
  static Future<Outcome> send(
      Vertx vertx,
      HttpClient client,
      ReplayOptions options,
      URI edge,
      TraceRequest request,
      long intendedNanos) {
    ChatCall call = new ChatCall(vertx, options, request, intendedNanos);
    client
        .request(target(options, edge, HttpMethod.POST, "/v1/chat/completions"))
        .onFailure(failure -> call.fail("connection: " + brief(failure)))
        .onSuccess(call::write);
    return call.outcome.future();
  }

  static RequestOptions target(ReplayOptions options, URI edge, HttpMethod method, String path) {
    RequestOptions target =
        new RequestOptions()
            .setMethod(method)
            .setAbsoluteURI(edge.resolve(path).toString())
            .putHeader("content-type", "application/json")
            // The replay measures one try; a retry would hide what a client sees.
            .putHeader("x-stainless-retry-count", "0");
    if (!options.apiKey().isEmpty()) {
      target.putHeader("authorization", "Bearer " + options.apiKey());
    }
    return target;
  }

  private void write(HttpClientRequest sending) {
    if (over) {
      var _ = sending.reset();
      return;
    }
    wire = Optional.of(sending);
    sending
        .send(body())
        .onFailure(failure -> fail("connection: " + brief(failure)))
        .onSuccess(this::read);
  }

  private Buffer body() {
    Buffer text = new PromptText(options.tokensPerBlock()).of(request);
    String model = String.valueOf(JsonStringEncoder.getInstance().quoteAsString(options.model()));
    return Buffer.buffer(text.length() + 256)
        .appendString("{\"model\":\"" + model + "\",\"stream\":true,")
        .appendString("\"stream_options\":{\"include_usage\":true},\"ignore_eos\":true,")
        .appendString("\"max_tokens\":" + request.outputTokens() + ",")
        .appendString("\"messages\":[{\"role\":\"user\",\"content\":\"")
        .appendBuffer(text)
        .appendString("\"}]}");
  }

  private void read(HttpClientResponse response) {
    if (over) {
      return;
    }
    response.exceptionHandler(failure -> fail("connection: " + brief(failure)));
    if (response.statusCode() != 200) {
      Buffer body = Buffer.buffer();
      response.handler(piece -> {
        if (body.length() + piece.length() <= MOST_ERROR_BYTES) {
          body.appendBuffer(piece);
        }
      });
      response.endHandler(end ->
          fail(
              "http "
                  + response.statusCode()
                  + " "
                  + AnswerReader.errorCode(body.toString(StandardCharsets.UTF_8))));
      return;
    }
    response.handler(this::piece);
    response.endHandler(end -> end(response));
  }

  private void piece(Buffer bytes) {
    if (over) {
      return;
    }
    try {
      events.feed(bytes);
    } catch (IllegalStateException e) {
      fail("malformed chunk");
      return;
    }
    if (firstTokenNanos == 0 && answer.hasContent()) {
      firstTokenNanos = System.nanoTime();
    }
    if (answer.broken()) {
      fail(answer.fault().orElse("malformed chunk"));
    }
  }

  private void end(HttpClientResponse response) {
    if (over) {
      return;
    }
    Optional<String> fault = answer.fault();
    if (fault.isPresent()) {
      fail(fault.get());
      return;
    }
    long endNanos = System.nanoTime();
    finish(
        new Outcome.Answered(
            request,
            intendedNanos,
            sentNanos,
            firstTokenNanos == 0 ? endNanos : firstTokenNanos,
            endNanos,
            new Outcome.Served(
                header(response, "x-hanse-node"),
                header(response, "x-hanse-region"),
                price(header(response, "x-hanse-price")),
                answer.promptTokens(),
                answer.cachedTokens(),
                answer.completionTokens())));
  }

  private void fail(String reason) {
    if (over) {
      return;
    }
    finish(new Outcome.Failed(request, intendedNanos, sentNanos, System.nanoTime(), reason));
    wire.ifPresent(sending -> {
      var _ = sending.reset();
    });
  }

  private void finish(Outcome how) {
    over = true;
    vertx.cancelTimer(timer);
    outcome.complete(how);
  }

  private static String header(HttpClientResponse response, String name) {
    String value = response.getHeader(name);
    return value == null || value.isBlank() ? "-" : value.replaceAll("[^A-Za-z0-9_.,:-]", "?");
  }

  static Optional<Price> price(String header) {
    var matcher = PRICE.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Price(
              Long.parseLong(matcher.group(1)),
              Long.parseLong(matcher.group(2)),
              Long.parseLong(matcher.group(3))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String brief(Throwable failure) {
    return failure.getClass().getSimpleName();
  }
}
