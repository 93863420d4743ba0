package dev.hanse.node.telemetry;

import dev.hanse.node.serving.TraceContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Spans to W3C header values and back. */
final class Traces {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final TextMapGetter<Map<String, String>> FROM_MAP =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // deprecated and abstract: it has to be written
        public Iterable<String> keys(Map<String, String> carrier) {
          return List.copyOf(carrier.keySet());
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
          return carrier == null ? null : carrier.get(key);
        }
      };
  private static final TextMapSetter<Map<String, String>> TO_MAP =
      (carrier, key, value) -> {
        if (carrier != null) {
          carrier.put(key, value);
        }
      };

  private Traces() {}

  /** The context a new span belongs under. Header values nobody could have meant are ignored. */
  static Context parentOf(TraceContext trace) {
    return parentOf(Map.of(PARENT, trace.traceparent(), STATE, trace.tracestate()));
  }

  static Context parentOf(Map<String, String> headers) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, FROM_MAP);
  }

  static TraceContext under(Span span) {
    Map<String, String> headers = headersUnder(span);
    return new TraceContext(headers.getOrDefault(PARENT, ""), headers.getOrDefault(STATE, ""));
  }

  static Map<String, String> headersUnder(Span span) {
    Map<String, String> headers = new HashMap<>();
    W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), headers, TO_MAP);
    return headers;
  }
}
