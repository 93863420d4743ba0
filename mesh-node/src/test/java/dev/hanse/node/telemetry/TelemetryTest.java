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
import dev.hanse.node.edge.EdgeObserver.Arrival;
import dev.hanse.node.edge.EdgeObserver.Ending;
import dev.hanse.node.edge.EdgeObserver.Observation;
import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChain;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
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
  private static final String EDGE_SPAN = "POST /v1/chat/completions";
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

  private static final Usage USAGE = new Usage(100, 40, 10, 0, true);

  private static Upstream answering() {
    return (attempt, listener) -> {
      listener.onChunk(Buffer.buffer("{}"));
      listener.onEnd(new Completion(USAGE, Optional.empty(), "stop"));
      return IDLE;
    };
  }

  /** Takes a request through edge and one attempt, as the real flow does, so that spans nest. */
  private void answer(TraceContext client) {
    Observation observation = started(client);
    ServingRequest admitted = request(observation.trace(client));
    observation.admitted(admitted);
    telemetry
        .aroundForward(answering())
        .open(new Upstream.Attempt(admitted, NODE, 1, 20, PRICE), new Deaf());
    observation.placed(new Placed(NODE, PRICE, "ring 1st"));
    observation.firstChunk();
    observation.ended(new Ending(Result.COMPLETED, 200, "", USAGE, "stop", 1));
  }

  private Observation started(TraceContext client) {
    return telemetry.edge().started(new Arrival("req-1", "/v1/chat/completions", client));
  }

  @Test
  void putsEdgeAndAttemptIntoTheClientsTrace() {
    answer(new TraceContext("00-" + CLIENT_TRACE + "-00f067aa0ba902b7-01", ""));

    List<SpanData> finished = exported();
    assertThat(finished).extracting(SpanData::getTraceId).containsOnly(CLIENT_TRACE);
    assertThat(named(finished, "hanse.inference.v1.Inference/Infer").getParentSpanId())
        .isEqualTo(named(finished, EDGE_SPAN).getSpanId());
  }

  @Test
  void saysWhichNodeAnsweredWhyAndForHowMuch() {
    answer(TraceContext.NONE);

    SpanData edge = named(exported(), EDGE_SPAN);
    assertThat(edge.getAttributes().get(Instruments.NODE)).isEqualTo("acme.gpu-1");
    assertThat(edge.getAttributes().get(Instruments.PLACEMENT)).isEqualTo("ring 1st");
    assertThat(edge.getAttributes().get(Instruments.COST_MICROS)).isEqualTo(60 + 20 + 20);
  }

  @Test
  void startsATraceOfItsOwnWhenTheClientsIsNotOne() {
    answer(new TraceContext("00-zz-zz-01", "??"));

    assertThat(named(exported(), EDGE_SPAN).getParentSpanContext().isValid()).isFalse();
  }

  @Test
  void countsARefusalByItsCodeAndNotAsAnError() {
    started(TraceContext.NONE)
        .ended(new Ending(Result.REFUSED, 401, "invalid_api_key", Usage.NONE, "", 0));

    assertThat(telemetry.scrape().toString())
        .contains("hanse_refusals_total{reason=\"invalid_api_key\"} 1")
        .doesNotContain("hanse_errors_total{");
  }

  @Test
  void countsAFailureByItsClass() {
    started(TraceContext.NONE)
        .ended(new Ending(Result.FAILED, 503, "overloaded", Usage.NONE, "", 0));

    assertThat(telemetry.scrape().toString())
        .contains("hanse_errors_total{error_type=\"overloaded\"} 1")
        .contains("hanse_requests_in_flight 0.0");
  }

  @Test
  void endsAnAttemptsSpanOnceWhenItIsCancelledTwice() {
    Upstream silent = (attempt, listener) -> IDLE;
    Exchange exchange =
        telemetry
            .aroundForward(silent)
            .open(new Upstream.Attempt(request(TraceContext.NONE), NODE, 1, 20, PRICE), new Deaf());

    exchange.cancel();
    exchange.cancel();

    assertThat(exported()).hasSize(1);
  }

  @Test
  void countsTokensByTypeAndTimesTheFirst() {
    answer(TraceContext.NONE);

    assertThat(telemetry.scrape().toString())
        .contains("gen_ai_client_token_usage")
        .contains("gen_ai_token_type=\"input\"")
        .contains("gen_ai_server_time_to_first_token_seconds_count");
  }

  @Test
  void recordsNothingOfThePrompt() {
    answer(TraceContext.NONE);

    assertThat(exported().toString() + telemetry.scrape()).doesNotContain("a secret");
  }

  private List<SpanData> exported() {
    telemetry.flush();
    return spans.getFinishedSpanItems();
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  /** Hears and keeps nothing. */
  private static final class Deaf implements ExchangeListener {
    @Override
    public void onChunk(Buffer json) {}

    @Override
    public void onEnd(Completion completion) {}

    @Override
    public void onFailure(ProviderFailure failure) {}
  }
}
