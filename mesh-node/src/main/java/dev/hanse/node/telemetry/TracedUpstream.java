package dev.hanse.node.telemetry;

import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.buffer.Buffer;

/** One span for each attempt, named as the gRPC method it is. */
record TracedUpstream(Upstream inner, Tracer tracer, SpanKind kind) implements Upstream {
  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    ServingRequest request = attempt.request();
    Span span =
        tracer
            .spanBuilder("hanse.inference.v1.Inference/Infer")
            .setSpanKind(kind)
            .setParent(Traces.parentOf(request.trace()))
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", "hanse.inference.v1.Inference")
            .setAttribute("rpc.method", "Infer")
            .setAttribute(Instruments.NODE, attempt.node().id().toString())
            .setAttribute(Instruments.REGION, attempt.node().region().toString())
            .setAttribute(Instruments.REQUEST_ID, request.requestId())
            .setAttribute(Instruments.ATTEMPT, (long) attempt.number())
            .startSpan();
    SpanEnd end = new SpanEnd(span);
    Exchange exchange =
        inner.open(attempt.withTrace(Traces.under(span)), new Listener(listener, end));
    return new TracedExchange(exchange, end::cancelled);
  }

  private record Listener(ExchangeListener inner, SpanEnd end) implements ExchangeListener {
    @Override
    public void onChunk(Buffer json) {
      inner.onChunk(json);
    }

    @Override
    public void onEnd(Completion completion) {
      end.completed(completion);
      inner.onEnd(completion);
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      end.failed(failure);
      inner.onFailure(failure);
    }
  }
}
