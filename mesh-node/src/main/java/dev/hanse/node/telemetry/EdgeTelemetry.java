package dev.hanse.node.telemetry;

import dev.hanse.api.Operation;
import dev.hanse.node.edge.EdgeObserver;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.provider.Usage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The server span and the client-visible measures of every request, refused ones included. */
record EdgeTelemetry(Tracer tracer, Instruments instruments) implements EdgeObserver {
  private static final double NANOS = 1e9;

  @Override
  public Observation started(Arrival arrival) {
    Span span =
        tracer
            .spanBuilder("POST " + arrival.route())
            .setSpanKind(SpanKind.SERVER)
            .setParent(Traces.parentOf(arrival.client()))
            .setAttribute("http.request.method", "POST")
            .setAttribute("http.route", arrival.route())
            .setAttribute(Instruments.REQUEST_ID, arrival.requestId())
            .startSpan();
    instruments.inFlight.add(1);
    return new Observed(span);
  }

  /** The convention's name of an operation. */
  static String nameOf(Operation operation) {
    return switch (operation) {
      case CHAT -> "chat";
      case COMPLETION -> "text_completion";
      case EMBEDDING -> "embeddings";
    };
  }

  /** One request on its way; all calls come from its one event loop. */
  private final class Observed implements Observation {
    private final Span span;
    private final long startedNanos = System.nanoTime();
    private long firstChunkNanos;
    private @Nullable ServingRequest request;
    private @Nullable Placed placed;

    Observed(Span span) {
      this.span = span;
    }

    @Override
    public TraceContext trace(TraceContext client) {
      return Traces.under(span);
    }

    @Override
    public void admitted(ServingRequest admitted) {
      request = admitted;
      span.setAttribute(Instruments.OPERATION, nameOf(admitted.operation()));
      span.setAttribute(Instruments.REQUEST_MODEL, admitted.placement().model().value());
      span.setAttribute(Instruments.STREAM, admitted.stream());
      span.setAttribute(Instruments.TENANT, admitted.tenant());
    }

    @Override
    public void placed(Placed chosen) {
      placed = chosen;
      span.setAttribute(Instruments.NODE, chosen.node().id().toString());
      span.setAttribute(Instruments.REGION, chosen.node().region().toString());
      span.setAttribute(Instruments.PLACEMENT, chosen.reason());
    }

    @Override
    public void firstChunk() {
      firstChunkNanos = System.nanoTime();
      if (streams()) {
        instruments.timeToFirstToken.record(
            (firstChunkNanos - startedNanos) / NANOS, labels("").build());
      }
    }

    @Override
    public void ended(Ending ending) {
      String error = errorOf(ending);
      Attributes labels = labels(error).build();
      span.setAttribute("http.response.status_code", (long) ending.status());
      if (!ending.finishReason().isEmpty()) {
        span.setAttribute(Instruments.FINISH_REASONS, List.of(ending.finishReason()));
      }
      switch (ending.result()) {
        case COMPLETED -> bill(ending.usage(), labels);
        case REFUSED ->
            instruments.refusals.add(1, Attributes.of(Instruments.REASON, ending.code()));
        case FAILED, CANCELLED -> {
          instruments.errors.add(1, labels);
          bill(ending.usage(), labels);
        }
      }
      if (!error.isEmpty()) {
        span.setAttribute(Instruments.ERROR_TYPE, error);
        if (ending.result() == Result.FAILED) {
          span.setStatus(StatusCode.ERROR, ending.code());
        }
      }
      instruments.requestDuration.record((System.nanoTime() - startedNanos) / NANOS, labels);
      instruments.inFlight.add(-1);
      span.end();
    }

    private void bill(Usage usage, Attributes labels) {
      span.setAttribute(Instruments.INPUT_TOKENS, usage.promptTokens());
      span.setAttribute(Instruments.OUTPUT_TOKENS, usage.completionTokens());
      span.setAttribute(Instruments.CACHED_TOKENS, usage.cachedPromptTokens());
      Placed answered = placed;
      if (answered == null || usage.totalTokens() == 0) {
        return;
      }
      long costMicros =
          answered
              .price()
              .costMicros(
                  usage.promptTokens(), usage.cachedPromptTokens(), usage.completionTokens());
      span.setAttribute(Instruments.COST_MICROS, costMicros);
      instruments.cost.record(costMicros, labels);
      instruments.tokenUsage.record(usage.promptTokens(), typed(labels, "input"));
      instruments.tokenUsage.record(usage.completionTokens(), typed(labels, "output"));
      if (firstChunkNanos != 0 && usage.completionTokens() > 1 && streams()) {
        instruments.timePerOutputToken.record(
            (System.nanoTime() - firstChunkNanos) / NANOS / (usage.completionTokens() - 1), labels);
      }
    }

    /** A model is a label once it was placed, that is, once it exists: the set stays bounded. */
    private AttributesBuilder labels(String error) {
      AttributesBuilder labels = Attributes.builder();
      ServingRequest admitted = request;
      Placed answered = placed;
      if (admitted != null) {
        labels.put(Instruments.OPERATION, nameOf(admitted.operation()));
        if (answered != null) {
          labels.put(Instruments.REQUEST_MODEL, admitted.placement().model().value());
          labels.put(Instruments.REGION, answered.node().region().toString());
        }
      }
      if (!error.isEmpty()) {
        labels.put(Instruments.ERROR_TYPE, error);
      }
      return labels;
    }

    private boolean streams() {
      ServingRequest admitted = request;
      return admitted != null && admitted.stream();
    }

    private static Attributes typed(Attributes labels, String type) {
      return labels.toBuilder().put(Instruments.TOKEN_TYPE, type).build();
    }

    private static String errorOf(Ending ending) {
      return switch (ending.result()) {
        case COMPLETED -> "";
        case CANCELLED -> "cancelled";
        case REFUSED, FAILED ->
            ending.code().isEmpty()
                ? ending.result().name().toLowerCase(Locale.ROOT)
                : ending.code();
      };
    }
  }
}
