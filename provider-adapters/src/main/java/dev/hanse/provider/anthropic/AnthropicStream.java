package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.AnswerSink;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.Nobody;
import dev.hanse.provider.http.RetryAfter;
import dev.hanse.provider.http.SseDecoder;
import dev.hanse.provider.http.SseDecoder.SseEvent;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Reads a streamed message: bytes to events to {@link EventTranslation}. */
final class AnthropicStream implements AnswerReader {
  private final RetryAfter retryAfter;
  private final EventTranslation translation;
  private final SseDecoder decoder;
  private AnswerSink sink = new Nobody();

  AnthropicStream(int maxEventBytes, RetryAfter retryAfter, String model, long createdSeconds) {
    this.retryAfter = retryAfter;
    this.translation = new EventTranslation(model, createdSeconds);
    this.decoder = new SseDecoder(maxEventBytes, this::event);
  }

  @Override
  public void begin(MultiMap headers, AnswerSink to) {
    sink = to;
  }

  @Override
  public void read(Buffer bytes) {
    try {
      decoder.feed(bytes);
    } catch (MalformedAnswer malformed) {
      fail(Kind.MALFORMED, "in the stream, " + malformed.getMessage());
    }
  }

  /** An end without {@code message_stop} is one if the engine has said why it stopped. */
  @Override
  public void end(boolean whole) {
    finish();
  }

  @Override
  public Usage usage() {
    return translation.usage();
  }

  @Override
  public ProviderFailure refused(int status, MultiMap headers, Buffer error) {
    return AnthropicErrors.refused(status, retryAfter.read(headers), error.getBytes());
  }

  private void event(SseEvent event) {
    try {
      ObjectNode json = Json.read(event.data().getBytes());
      switch (json.path("type").asText("")) {
        case "error" -> sink.fail(AnthropicErrors.event(json.path("error"), usage()));
        case "message_stop" -> finish();
        default -> translation.chunks(json).forEach(sink::chunk);
      }
    } catch (MalformedAnswer malformed) {
      fail(Kind.MALFORMED, "an event is " + malformed.getMessage());
    }
    if (!sink.open()) {
      decoder.stop();
    }
  }

  private void finish() {
    if (translation.finishReason().isEmpty()) {
      fail(Kind.TRUNCATED, "the engine's stream ended without a stop_reason");
    } else {
      sink.complete(
          new Completion(
              usage(), Optional.of(translation.usageChunk()), translation.finishReason()));
    }
  }

  private void fail(Kind kind, String message) {
    sink.fail(AnthropicErrors.broken(kind, message, usage()));
  }
}
