package dev.hanse.node.telemetry;

import dev.hanse.provider.Capability;
import dev.hanse.provider.Completion;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One GenAI client span and one duration for each call of an engine; the engine sees the context.
 */
record MeasuredProvider(Provider inner, Tracer tracer, Instruments instruments)
    implements Provider {
  private static final double NANOS = 1e9;

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    String operation = nameOf(request.operation());
    Span span =
        tracer
            .spanBuilder(operation + " " + request.model())
            .setSpanKind(SpanKind.CLIENT)
            .setParent(Traces.parentOf(request.headers()))
            .setAttribute(Instruments.OPERATION, operation)
            .setAttribute(Instruments.PROVIDER, inner.name())
            .setAttribute(Instruments.REQUEST_MODEL, request.model())
            .setAttribute(Instruments.STREAM, request.stream())
            .startSpan();
    SpanEnd end = new SpanEnd(span);
    Map<String, String> headers = new HashMap<>(request.headers());
    headers.putAll(Traces.headersUnder(span));
    EngineRequest traced =
        new EngineRequest(
            request.requestId(),
            request.operation(),
            request.model(),
            request.stream(),
            request.body(),
            request.budget(),
            headers);
    Attributes attributes =
        Attributes.of(
            Instruments.OPERATION, operation,
            Instruments.PROVIDER, inner.name(),
            Instruments.REQUEST_MODEL, request.model());
    long startedNanos = System.nanoTime();
    Exchange exchange =
        inner.open(traced, new Listener(listener, end, instruments, attributes, startedNanos));
    return new TracedExchange(
        exchange,
        () -> {
          if (end.cancelled()) {
            record(instruments, attributes, startedNanos, "cancelled");
          }
        });
  }

  /** The convention's name of an operation. */
  private static String nameOf(Operation operation) {
    return switch (operation) {
      case CHAT -> "chat";
      case COMPLETION -> "text_completion";
      case EMBEDDING -> "embeddings";
    };
  }

  private static void record(
      Instruments instruments, Attributes attributes, long startedNanos, String error) {
    AttributesBuilder all = attributes.toBuilder();
    if (!error.isEmpty()) {
      all.put(Instruments.ERROR_TYPE, error);
    }
    instruments.attemptDuration.record((System.nanoTime() - startedNanos) / NANOS, all.build());
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Capability capability() {
    return inner.capability();
  }

  @Override
  public Future<EngineStatus> status() {
    return inner.status();
  }

  @Override
  public Future<List<EngineModel>> models() {
    return inner.models();
  }

  @Override
  public Future<Void> close() {
    return inner.close();
  }

  private record Listener(
      ExchangeListener inner,
      SpanEnd end,
      Instruments instruments,
      Attributes attributes,
      long startedNanos)
      implements ExchangeListener {
    @Override
    public void onChunk(Buffer json) {
      inner.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      if (end.completed(completion)) {
        record(instruments, attributes, startedNanos, "");
      }
      inner.onEnd(completion);
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      if (end.failed(failure)) {
        record(instruments, attributes, startedNanos, SpanEnd.typeOf(failure));
      }
      inner.onFailure(failure);
    }
  }
}
