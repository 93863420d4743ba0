package dev.hanse.node.telemetry;

import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;
import java.util.Locale;

/** Ends one span exactly once, whichever of answer, failure and cancellation comes first. */
final class SpanEnd {
  private final Span span;
  private boolean ended;

  SpanEnd(Span span) {
    this.span = span;
  }

  Span span() {
    return span;
  }

  /** Returns whether this call was the first, so that metrics are recorded once as well. */
  boolean completed(Completion completion) {
    return end(() -> {
      span.setAttribute(Instruments.INPUT_TOKENS, completion.usage().promptTokens());
      span.setAttribute(Instruments.OUTPUT_TOKENS, completion.usage().completionTokens());
      span.setAttribute(Instruments.CACHED_TOKENS, completion.usage().cachedPromptTokens());
      if (!completion.finishReason().isEmpty()) {
        span.setAttribute(Instruments.FINISH_REASONS, List.of(completion.finishReason()));
      }
    });
  }

  boolean failed(ProviderFailure failure) {
    return end(() -> {
      span.setAttribute(Instruments.ERROR_TYPE, typeOf(failure));
      span.setStatus(StatusCode.ERROR, failure.code());
    });
  }

  boolean cancelled() {
    return end(() -> span.setAttribute(Instruments.ERROR_TYPE, "cancelled"));
  }

  static String typeOf(ProviderFailure failure) {
    return failure.kind().name().toLowerCase(Locale.ROOT);
  }

  private boolean end(Runnable describe) {
    if (ended) {
      return false;
    }
    ended = true;
    describe.run();
    span.end();
    return true;
  }
}
