package dev.hanse.provider.openai;

import dev.hanse.provider.Completion;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.AnswerSink;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.Nobody;
import dev.hanse.provider.http.RetryAfter;
import dev.hanse.provider.http.StatusTaxonomy;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/** Reads an answer that comes in one piece. */
final class OpenAiAnswer implements AnswerReader {
  private final Operation operation;
  private final int maxBytes;
  private final RetryAfter retryAfter;
  private final UsageCount count;
  private final Buffer body = Buffer.buffer();
  private AnswerSink sink = new Nobody();

  OpenAiAnswer(Operation operation, int maxBytes, RetryAfter retryAfter, long promptChars) {
    this.operation = operation;
    this.maxBytes = maxBytes;
    this.retryAfter = retryAfter;
    this.count = new UsageCount(promptChars);
  }

  @Override
  public void begin(MultiMap headers, AnswerSink to) {
    sink = to;
  }

  @Override
  public void read(Buffer bytes) {
    if (body.length() + bytes.length() > maxBytes) {
      sink.fail(failure(Kind.MALFORMED, "an answer longer than " + maxBytes + " bytes"));
    } else {
      body.appendBuffer(bytes);
    }
  }

  @Override
  public void end(boolean whole) {
    if (!whole) {
      sink.fail(failure(Kind.TRUNCATED, "the engine's connection broke within its answer"));
      return;
    }
    byte[] bytes = body.getBytes();
    try {
      ChunkScan scan = new ChunkScan(bytes);
      if (scan.isError()) {
        sink.fail(ErrorReading.read(200, Optional.empty(), bytes, Usage.NONE));
        return;
      }
      boolean embedding = operation == Operation.EMBEDDING;
      if (embedding ? !scan.isList() : scan.choices().isEmpty()) {
        sink.fail(failure(Kind.MALFORMED, "the engine's answer holds no result"));
        return;
      }
      count.passed(scan);
      String finishReason = embedding ? "" : scan.choices().getFirst().finishReason();
      sink.chunk(scan.whole());
      sink.complete(new Completion(count.usage(), Optional.empty(), finishReason));
    } catch (MalformedAnswer malformed) {
      sink.fail(failure(Kind.MALFORMED, "the engine's answer is " + malformed.getMessage()));
    }
  }

  @Override
  public Usage usage() {
    return Usage.NONE;
  }

  @Override
  public ProviderFailure refused(int status, MultiMap headers, Buffer error) {
    return ErrorReading.read(status, retryAfter.read(headers), error.getBytes(), Usage.NONE);
  }

  private static ProviderFailure failure(Kind kind, String message) {
    return StatusTaxonomy.of(
        kind,
        502,
        kind == Kind.TRUNCATED ? "upstream_truncated" : "upstream_malformed",
        message,
        new Retry.Elsewhere(Duration.ZERO),
        Usage.NONE);
  }
}
