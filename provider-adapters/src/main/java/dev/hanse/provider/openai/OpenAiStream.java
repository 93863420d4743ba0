package dev.hanse.provider.openai;

import dev.hanse.provider.ProviderFailure;
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
import java.util.Locale;
import java.util.Optional;

/** Reads a streamed answer: bytes to events to {@link StreamRules}. */
final class OpenAiStream implements AnswerReader {
  private final int maxEventBytes;
  private final RetryAfter retryAfter;
  private final StreamRules rules;
  private final SseDecoder decoder;
  private final Buffer plain = Buffer.buffer();
  private AnswerSink sink = new Nobody();
  private boolean json;

  OpenAiStream(int maxEventBytes, RetryAfter retryAfter, long promptChars) {
    this.maxEventBytes = maxEventBytes;
    this.retryAfter = retryAfter;
    this.rules = new StreamRules(promptChars);
    this.decoder = new SseDecoder(maxEventBytes, this::event);
  }

  @Override
  public void begin(MultiMap headers, AnswerSink to) {
    sink = to;
    String type = headers.get("content-type");
    json = type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
  }

  @Override
  public void read(Buffer bytes) {
    if (json) {
      if (plain.length() + bytes.length() > maxEventBytes) {
        sink.fail(rules.malformed("the engine does not stream"));
      } else {
        plain.appendBuffer(bytes);
      }
      return;
    }
    try {
      decoder.feed(bytes);
    } catch (MalformedAnswer malformed) {
      sink.fail(rules.malformed("in the stream, " + malformed.getMessage()));
    }
  }

  @Override
  public void end(boolean whole) {
    if (json) {
      endOfPlain();
      return;
    }
    try {
      decoder.unfinished().filter(event -> isWhole(event.data())).ifPresent(this::event);
    } catch (MalformedAnswer malformed) {
      sink.fail(rules.malformed("in the stream, " + malformed.getMessage()));
    }
    if (sink.open()) {
      finish();
    }
  }

  @Override
  public Usage usage() {
    return rules.usage();
  }

  @Override
  public ProviderFailure refused(int status, MultiMap headers, Buffer error) {
    return ErrorReading.read(status, retryAfter.read(headers), error.getBytes(), Usage.NONE);
  }

  private void event(SseEvent event) {
    switch (rules.event(event.data())) {
      case StreamRules.Step.Emit(var chunks) -> chunks.forEach(sink::chunk);
      case StreamRules.Step.Done() -> finish();
      case StreamRules.Step.Failed(var failure) -> sink.fail(failure);
    }
    if (!sink.open()) {
      decoder.stop();
    }
  }

  private void finish() {
    StreamRules.Ended ended = rules.end();
    if (ended.failure().isEmpty()) {
      ended.chunks().forEach(sink::chunk);
    }
    ended.completion().ifPresent(sink::complete);
    ended.failure().ifPresent(sink::fail);
  }

  /** Some engines answer a stream with a plain error under status 200. */
  private void endOfPlain() {
    try {
      ChunkScan scan = new ChunkScan(plain.getBytes());
      sink.fail(
          scan.isError()
              ? ErrorReading.read(200, Optional.empty(), scan.bytes(), Usage.NONE)
              : rules.malformed("the engine does not stream"));
    } catch (MalformedAnswer malformed) {
      sink.fail(rules.malformed("the engine's answer is " + malformed.getMessage()));
    }
  }

  /** An event cut off with the connection is dropped; one that lacks its empty line counts. */
  private static boolean isWhole(Buffer data) {
    int last = data.length() - 1;
    return last >= 0 && (data.getByte(last) == '}' || data.getByte(last) == ']');
  }
}
