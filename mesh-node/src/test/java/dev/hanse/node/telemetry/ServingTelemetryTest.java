package dev.hanse.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Member;
import dev.hanse.api.Operation;
import dev.hanse.node.routing.Route;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.ServingObserver;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.node.serving.ServingObserver.Settlement;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServingTelemetryTest {
  private static final Member NODE = SampleMesh.node("acme.gpu-1").member();
  private static final ServingRequest REQUEST =
      new ServingRequest(
          "req-1",
          "tenant-7",
          Operation.CHAT,
          true,
          Buffer.buffer("{\"a\":\"secret\"}"),
          SampleMesh.request("hello"),
          Duration.ofSeconds(1),
          TraceContext.NONE);

  private final Telemetry telemetry =
      new Telemetry(
          new Telemetry.Identity("hanse-node", "acme.edge", "eu-west"),
          Optional.of(InMemorySpanExporter.create()),
          Optional.empty(),
          1.0);
  private final ServingObserver observer = telemetry.serving();

  private static ProviderFailure failure(String code) {
    return new ProviderFailure(
        ProviderFailure.Kind.OVERLOADED,
        503,
        code,
        "whatever",
        new Retry.Never(),
        Usage.NONE,
        Optional.empty());
  }

  @Test
  void countsAttemptsRetriesRefusalsAndAttemptsOfARequest() {
    observer.refused(REQUEST, new Route.Refused(Route.Reason.FULL, "all full", Duration.ZERO));
    observer.attemptStarted(REQUEST, NODE, 1);
    observer.attemptEnded(REQUEST, NODE, 1, Optional.of(failure("over_quota")));
    observer.attemptStarted(REQUEST, NODE, 2);
    observer.attemptEnded(REQUEST, NODE, 2, Optional.empty());
    observer.settled(
        REQUEST,
        new Settlement(Outcome.ANSWERED, Optional.empty(), 2, Usage.NONE, 0, Duration.ZERO));

    assertThat(telemetry.scrape().toString())
        .contains("hanse_placement_refusals_total{reason=\"full\"} 1")
        .contains("hanse_attempts_total{hanse_region=\"eu-west\",outcome=\"over_quota\"} 1")
        .contains("hanse_attempts_total{hanse_region=\"eu-west\",outcome=\"answered\"} 1")
        .contains("hanse_retries_total{hanse_region=\"eu-west\"} 1")
        .contains("hanse_request_attempts_count{outcome=\"answered\"} 1");
  }

  @Test
  void whatAnEngineCallsItsFailureIsNoLabel() {
    for (int i = 0; i < 500; i++) {
      observer.attemptEnded(REQUEST, NODE, 1, Optional.of(failure("made-up-" + i)));
    }

    assertThat(telemetry.scrape().toString())
        .contains("hanse_attempts_total{hanse_region=\"eu-west\",outcome=\"overloaded\"} 500")
        .doesNotContain("made-up");
  }

  @Test
  void namesNeitherTenantNorNodeNorPrompt() {
    observer.attemptStarted(REQUEST, NODE, 2);
    observer.attemptEnded(REQUEST, NODE, 2, Optional.empty());

    assertThat(telemetry.scrape().toString())
        .doesNotContain("tenant-7")
        .doesNotContain("gpu-1")
        .doesNotContain("secret");
  }
}
