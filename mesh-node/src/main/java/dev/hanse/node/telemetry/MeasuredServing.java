package dev.hanse.node.telemetry;

import dev.hanse.api.Price;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.Serving;
import dev.hanse.node.serving.ServingListener;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** The server span and the client-visible measures of each admitted request. */
record MeasuredServing(Serving inner, Tracer tracer, Instruments instruments) implements Serving {
  private static final double NANOS = 1e9;

  @Override
  public Exchange serve(ServingRequest request, ServingListener listener) {
    String operation = nameOf(request.operation().name());
    Span span =
        tracer
            .spanBuilder(operation + " " + request.placement().model())
            .setSpanKind(SpanKind.SERVER)
            .setParent(Traces.parentOf(request.trace()))
            .setAttribute(Instruments.OPERATION, operation)
            .setAttribute(Instruments.REQUEST_MODEL, request.placement().model().value())
            .setAttribute(Instruments.STREAM, request.stream())
            .setAttribute(Instruments.REQUEST_ID, request.requestId())
            .setAttribute(Instruments.TENANT, request.tenant())
            .startSpan();
    Measured measured = new Measured(request, operation, listener, new SpanEnd(span));
    instruments.inFlight.add(1);
    Exchange exchange = inner.serve(request.withTrace(Traces.under(span)), measured);
    return new TracedExchange(exchange, measured::cancelled);
  }

  /** The convention's name of an operation. */
  static String nameOf(String operation) {
    return switch (operation) {
      case "CHAT" -> "chat";
      case "COMPLETION" -> "text_completion";
      case "EMBEDDING" -> "embeddings";
      default -> throw new IllegalArgumentException("no GenAI name for operation " + operation);
    };
  }

  /** One request on its way; all calls come from its one context. */
  private final class Measured implements ServingListener {
    private final ServingRequest request;
    private final String operation;
    private final ServingListener listener;
    private final SpanEnd end;
    private final long startedNanos = System.nanoTime();
    private long firstChunkNanos;
    private @Nullable Placed placed;

    Measured(ServingRequest request, String operation, ServingListener listener, SpanEnd end) {
      this.request = request;
      this.operation = operation;
      this.listener = listener;
      this.end = end;
    }

    @Override
    public void onPlaced(Placed chosen) {
      placed = chosen;
      end.span().setAttribute(Instruments.NODE, chosen.node().id().toString());
      end.span().setAttribute(Instruments.REGION, chosen.node().region().toString());
      end.span().setAttribute(Instruments.PLACEMENT, chosen.reason());
      listener.onPlaced(chosen);
    }

    @Override
    public void onChunk(Buffer json) {
      if (firstChunkNanos == 0) {
        firstChunkNanos = System.nanoTime();
        if (request.stream()) {
          instruments.timeToFirstToken.record(
              (firstChunkNanos - startedNanos) / NANOS, attributes("").build());
        }
      }
      listener.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      Usage usage = completion.usage();
      Price price = placed == null ? new Price(0, 0, 0) : placed.price();
      long costMicros =
          price.costMicros(
              usage.promptTokens(), usage.cachedPromptTokens(), usage.completionTokens());
      end.span().setAttribute(Instruments.COST_MICROS, costMicros);
      if (end.completed(completion)) {
        Attributes attributes = finish("");
        instruments.cost.record(costMicros, attributes);
        tokens(attributes, "input", usage.promptTokens());
        tokens(attributes, "output", usage.completionTokens());
        if (firstChunkNanos != 0 && usage.completionTokens() > 1 && request.stream()) {
          instruments.timePerOutputToken.record(
              (System.nanoTime() - firstChunkNanos) / NANOS / (usage.completionTokens() - 1),
              attributes);
        }
      }
      listener.onEnd(completion);
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      if (end.failed(failure)) {
        instruments.errors.add(1, finish(SpanEnd.typeOf(failure)));
      }
      listener.onFailure(failure);
    }

    void cancelled() {
      if (end.cancelled()) {
        instruments.errors.add(1, finish("cancelled"));
      }
    }

    private Attributes finish(String error) {
      instruments.inFlight.add(-1);
      Attributes attributes = attributes(error).build();
      instruments.requestDuration.record((System.nanoTime() - startedNanos) / NANOS, attributes);
      return attributes;
    }

    /** Bounded labels only: a model is a label once it was placed, that is, once it exists. */
    private AttributesBuilder attributes(String error) {
      AttributesBuilder attributes = Attributes.builder().put(Instruments.OPERATION, operation);
      Placed chosen = placed;
      if (chosen != null) {
        attributes.put(Instruments.REQUEST_MODEL, request.placement().model().value());
        attributes.put(Instruments.REGION, chosen.node().region().toString());
      }
      if (!error.isEmpty()) {
        attributes.put(Instruments.ERROR_TYPE, error);
      }
      return attributes;
    }

    private void tokens(Attributes attributes, String type, long count) {
      instruments.tokenUsage.record(
          count, attributes.toBuilder().put(Instruments.TOKEN_TYPE, type).build());
    }
  }
}
