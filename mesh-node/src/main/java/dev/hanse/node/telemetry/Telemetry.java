package dev.hanse.node.telemetry;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.hanse.api.Load;
import dev.hanse.node.edge.EdgeObserver;
import dev.hanse.node.serving.ServingObserver;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Provider;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The node's telemetry, switched on: wraps the ports of the data plane and answers {@code
 * /metrics}.
 *
 * <p>Exports are batched, bounded and off the event loops; when the collector is away they are
 * dropped and requests notice nothing.
 */
public final class Telemetry implements AutoCloseable {
  private static final String SCOPE = "dev.hanse.node";
  private static final Duration EXPORT_EVERY = Duration.ofSeconds(10);
  private static final Duration EXPORT_DEADLINE = Duration.ofSeconds(5);
  private static final int SPAN_QUEUE = 4096;

  private final OpenTelemetrySdk sdk;
  private final PrometheusMetricReader prometheus;
  private final Tracer tracer;
  private final Meter meter;
  private final Instruments instruments;

  /**
   * Starts exporters.
   *
   * @param resource who this process is, for example its node and region
   * @param otlp base address of an OTLP/HTTP collector, for example {@code http://localhost:4318};
   *     empty for Prometheus only
   * @param sampled share of traces kept where the client did not decide, 0 to 1
   */
  public static Telemetry start(Identity resource, Optional<URI> otlp, double sampled) {
    return new Telemetry(
        resource,
        otlp.map(base ->
            OtlpHttpSpanExporter.builder()
                .setEndpoint(base.resolve("/v1/traces").toString())
                .setTimeout(EXPORT_DEADLINE)
                .build()),
        otlp,
        sampled);
  }

  /** Whom the telemetry speaks of. */
  public record Identity(String service, String node, String region) {}

  Telemetry(
      Identity who, Optional<? extends SpanExporter> spans, Optional<URI> otlp, double sampled) {
    Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        who.service(),
                        AttributeKey.stringKey("service.instance.id"),
                        who.node(),
                        AttributeKey.stringKey("hanse.home.region"),
                        who.region())));
    prometheus = PrometheusMetricReader.builder().setOtelScopeLabelsEnabled(false).build();
    SdkMeterProviderBuilder meters =
        SdkMeterProvider.builder().setResource(resource).registerMetricReader(prometheus);
    otlp.ifPresent(base ->
        meters.registerMetricReader(
            PeriodicMetricReader.builder(
                    OtlpHttpMetricExporter.builder()
                        .setEndpoint(base.resolve("/v1/metrics").toString())
                        .setTimeout(EXPORT_DEADLINE)
                        .build())
                .setInterval(EXPORT_EVERY)
                .build()));
    SdkTracerProviderBuilder traces =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampled)));
    spans.ifPresent(exporter ->
        traces.addSpanProcessor(
            BatchSpanProcessor.builder(exporter)
                .setMaxQueueSize(SPAN_QUEUE)
                .setScheduleDelay(Duration.ofSeconds(1))
                .setExporterTimeout(EXPORT_DEADLINE)
                .build()));
    sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(meters.build())
            .setTracerProvider(traces.build())
            .build();
    OpenTelemetry api = sdk;
    tracer = api.getTracer(SCOPE);
    meter = api.getMeter(SCOPE);
    instruments = new Instruments(meter);
  }

  /** Traces and measures every request the edge takes. */
  public EdgeObserver edge() {
    return new EdgeTelemetry(tracer, instruments);
  }

  /** Counts attempts, retries and refusals of placement. */
  public ServingObserver serving() {
    return new ServingTelemetry(meter);
  }

  /** Traces attempts that leave this node for another. */
  public Upstream aroundForward(Upstream forward) {
    return new TracedUpstream(forward, tracer, SpanKind.CLIENT);
  }

  /** Traces attempts that arrived here from another node. */
  public Upstream aroundArrivals(Upstream dispatch) {
    return new TracedUpstream(dispatch, tracer, SpanKind.SERVER);
  }

  /** Traces and measures calls of an engine. */
  public Provider around(Provider provider) {
    return new MeasuredProvider(provider, tracer, instruments);
  }

  /** Observes a provider node's load whenever somebody collects. */
  public void observe(Supplier<Load> load) {
    gauge("hanse.node.work.in_flight", "{token}", () -> load.get().inFlightWorkTokens());
    gauge("hanse.node.requests.in_flight", "{request}", () -> load.get().inFlightRequests());
    gauge("hanse.node.queue.depth", "{request}", () -> load.get().queuedRequests());
    gauge("hanse.node.kv.used", "{permille}", () -> load.get().kvUsedPermille());
  }

  private void gauge(String name, String unit, Supplier<? extends Number> value) {
    var _ =
        meter
            .gaugeBuilder(name)
            .ofLongs()
            .setUnit(unit)
            .buildWithCallback(observer -> observer.record(value.get().longValue()));
  }

  /** Everything measured so far, in Prometheus' text format 0.0.4. */
  public Buffer scrape() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try {
      PrometheusTextFormatWriter.create().write(out, prometheus.collect());
    } catch (IOException impossible) {
      throw new UncheckedIOException("a byte array refused bytes", impossible);
    }
    return Buffer.buffer(out.toByteArray());
  }

  /** Exports the spans that wait; blocks no longer than one export may take. */
  void flush() {
    var _ = sdk.getSdkTracerProvider().forceFlush().join(EXPORT_DEADLINE.toMillis(), MILLISECONDS);
  }

  /** Exports what waits and stops; blocks no longer than one export may take. */
  @Override
  public void close() {
    CompletableResultCode ends =
        CompletableResultCode.ofAll(
            List.of(sdk.getSdkTracerProvider().shutdown(), sdk.getSdkMeterProvider().shutdown()));
    var _ = ends.join(EXPORT_DEADLINE.toMillis(), MILLISECONDS);
  }
}
