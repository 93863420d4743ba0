package dev.hanse.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChain;
import dev.hanse.node.serving.Serving;
import dev.hanse.node.serving.ServingListener;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TelemetryTest {
  private static final String CLIENT_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final Member NODE =
      new Member(
          new NodeId("acme", "gpu-1"),
          new RegionId("eu-west"),
          new Endpoint("127.0.0.1", 7443),
          "",
          Set.of(Role.PROVIDER),
          List.of(),
          Capacity.NONE,
          "simulated (h100)",
          true,
          DataPolicy.NONE,
          new AttestationSummary(
              "simulated", AttestationLevel.SIMULATED, Instant.EPOCH, Instant.EPOCH),
          MemberState.READY,
          1);
  private static final Price PRICE = new Price(1_000_000, 500_000, 2_000_000);
  private static final Exchange IDLE =
      new Exchange() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void cancel() {}
      };

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final Telemetry telemetry =
      new Telemetry(
          new Telemetry.Identity("hanse-node", "acme.edge", "eu-west"),
          Optional.of(spans),
          Optional.empty(),
          1.0);

  private static ServingRequest request(TraceContext trace) {
    return new ServingRequest(
        "req-1",
        "tenant",
        Operation.CHAT,
        true,
        Buffer.buffer("{\"messages\":[\"a secret\"]}"),
        new PlacementRequest(
            new ModelId("llama"),
            Operation.CHAT,
            PrefixChain.of(new long[] {1}, 1),
            10,
            10,
            Constraints.NONE),
        Duration.ofSeconds(1),
        trace);
  }

  /** Forwards to the upstream as the real flow does, so that spans nest as they will. */
  private static Serving through(Upstream upstream) {
    return (request, listener) -> {
      listener.onPlaced(new Placed(NODE, PRICE, "ring 1st"));
      return upstream.open(new Upstream.Attempt(request, NODE, 1, 20, PRICE), listener);
    };
  }

  private static Upstream answering() {
    return (attempt, listener) -> {
      listener.onChunk(Buffer.buffer("{}"));
      listener.onEnd(new Completion(new Usage(100, 40, 10, 0, true), Optional.empty(), "stop"));
      return IDLE;
    };
  }

  private static Upstream failing() {
    return (attempt, listener) -> {
      listener.onFailure(
          new ProviderFailure(
              ProviderFailure.Kind.OVERLOADED,
              503,
              "engine_overloaded",
              "full",
              new Retry.Never(),
              Usage.NONE,
              Optional.empty()));
      return IDLE;
    };
  }

  @Test
  void putsEdgeAndAttemptIntoTheClientsTrace() {
    Serving serving = telemetry.around(through(telemetry.aroundForward(answering())));

    serving.serve(
        request(new TraceContext("00-" + CLIENT_TRACE + "-00f067aa0ba902b7-01", "")),
        new Recorded());
    List<SpanData> finished = exported();

    assertThat(finished).extracting(SpanData::getTraceId).containsOnly(CLIENT_TRACE);
    assertThat(finished)
        .extracting(SpanData::getName)
        .containsExactlyInAnyOrder("chat llama", "hanse.inference.v1.Inference/Infer");
    SpanData edge = named(finished, "chat llama");
    SpanData attempt = named(finished, "hanse.inference.v1.Inference/Infer");
    assertThat(attempt.getParentSpanId()).isEqualTo(edge.getSpanId());
  }

  @Test
  void saysWhichNodeAnsweredAndWhy() {
    telemetry.around(through(answering())).serve(request(TraceContext.NONE), new Recorded());

    SpanData edge = named(exported(), "chat llama");

    assertThat(edge.getAttributes().get(Instruments.NODE)).isEqualTo("acme.gpu-1");
    assertThat(edge.getAttributes().get(Instruments.PLACEMENT)).isEqualTo("ring 1st");
    assertThat(edge.getAttributes().get(Instruments.COST_MICROS)).isEqualTo(60 + 20 + 20);
  }

  @Test
  void startsATraceOfItsOwnWhenTheClientsIsNotOne() {
    telemetry
        .around(through(answering()))
        .serve(request(new TraceContext("00-zz-zz-01", "??")), new Recorded());

    assertThat(exported()).hasSize(1).allMatch(span -> !span.getParentSpanContext().isValid());
  }

  @Test
  void recordsAFailureByItsClass() {
    Recorded heard = new Recorded();

    telemetry.around(through(failing())).serve(request(TraceContext.NONE), heard);

    assertThat(heard.failures).isEqualTo(1);
    assertThat(telemetry.scrape().toString())
        .contains("hanse_errors_total{error_type=\"overloaded\"");
    assertThat(named(exported(), "chat llama").getAttributes().get(Instruments.ERROR_TYPE))
        .isEqualTo("overloaded");
  }

  @Test
  void endsTheSpanOnceWhenTheClientCancels() {
    Upstream silent = (attempt, listener) -> IDLE;
    Exchange exchange =
        telemetry.around(through(silent)).serve(request(TraceContext.NONE), new Recorded());

    exchange.cancel();
    exchange.cancel();

    assertThat(exported()).hasSize(1);
    assertThat(telemetry.scrape().toString())
        .contains("hanse_requests_in_flight 0.0")
        .contains("error_type=\"cancelled\"");
  }

  @Test
  void countsTokensByTypeAndTimesTheFirst() {
    telemetry.around(through(answering())).serve(request(TraceContext.NONE), new Recorded());

    assertThat(telemetry.scrape().toString())
        .contains("gen_ai_client_token_usage")
        .contains("gen_ai_token_type=\"input\"")
        .contains("gen_ai_server_time_to_first_token_seconds_count");
  }

  @Test
  void recordsNothingOfThePrompt() {
    telemetry.around(through(answering())).serve(request(TraceContext.NONE), new Recorded());

    assertThat(exported().toString() + telemetry.scrape()).doesNotContain("a secret");
  }

  private List<SpanData> exported() {
    telemetry.flush();
    return spans.getFinishedSpanItems();
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  private static final class Recorded implements ServingListener {
    private int failures;

    @Override
    public void onPlaced(Placed placed) {}

    @Override
    public void onChunk(Buffer json) {}

    @Override
    public void onEnd(Completion completion) {}

    @Override
    public void onFailure(ProviderFailure failure) {
      failures++;
    }
  }
}
