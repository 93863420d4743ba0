package dev.hanse.node.telemetry;

import dev.hanse.api.Member;
import dev.hanse.node.routing.Route;
import dev.hanse.node.serving.ServingObserver;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.provider.ProviderFailure;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What placing and trying cost: attempts by how they ended, retries, refusals of placement, and
 * attempts a request. Labels are enumerations of the mesh's own, and the regions of its view; no
 * node, tenant or model is one, and what an engine calls its failure is not either.
 *
 * <p>Threads: safe for any.
 */
final class ServingTelemetry implements ServingObserver {
  private static final List<Long> ATTEMPTS = List.of(1L, 2L, 3L, 4L, 5L, 8L);

  /** The codes of failures that the mesh itself gives; any other is its kind's name alone. */
  private static final List<String> OWN_CODES =
      List.of(
          "over_quota",
          "node_full",
          "node_draining",
          "node_busy",
          "node_lost",
          "node_not_attested",
          "node_unreachable",
          "node_refused",
          "node_malformed",
          "node_timeout",
          "first_token_timeout",
          "stream_stalled",
          "deadline_exceeded",
          "cancelled");

  private final LongCounter attempts;
  private final LongCounter retries;
  private final LongCounter refusals;
  private final LongHistogram attemptsPerRequest;

  ServingTelemetry(Meter meter) {
    attempts =
        meter
            .counterBuilder("hanse.attempts")
            .setUnit("{attempt}")
            .setDescription("Attempts at nodes, by how they ended.")
            .build();
    retries =
        meter
            .counterBuilder("hanse.retries")
            .setUnit("{attempt}")
            .setDescription("Attempts after a request's first, by region.")
            .build();
    refusals =
        meter
            .counterBuilder("hanse.placement.refusals")
            .setUnit("{refusal}")
            .setDescription("Times no node was found, by reason; a waiting request counts again.")
            .build();
    attemptsPerRequest =
        meter
            .histogramBuilder("hanse.request.attempts")
            .ofLongs()
            .setUnit("{attempt}")
            .setDescription("Attempts a request took, by outcome.")
            .setExplicitBucketBoundariesAdvice(ATTEMPTS)
            .build();
  }

  @Override
  public void attemptStarted(ServingRequest request, Member node, int number) {
    if (number > 1) {
      retries.add(1, Attributes.of(Instruments.REGION, node.region().toString()));
    }
  }

  @Override
  public void attemptEnded(
      ServingRequest request, Member node, int number, Optional<ProviderFailure> failure) {
    AttributesBuilder labels =
        Attributes.builder().put(Instruments.REGION, node.region().toString());
    labels.put(Instruments.OUTCOME, failure.map(ServingTelemetry::nameOf).orElse("answered"));
    attempts.add(1, labels.build());
  }

  private static String nameOf(ProviderFailure failure) {
    return OWN_CODES.contains(failure.code()) ? failure.code() : word(failure.kind());
  }

  @Override
  public void refused(ServingRequest request, Route.Refused refused) {
    refusals.add(1, Attributes.of(Instruments.REASON, word(refused.reason())));
  }

  @Override
  public void settled(ServingRequest request, Settlement settlement) {
    attemptsPerRequest.record(
        settlement.attempts(), Attributes.of(Instruments.OUTCOME, word(settlement.outcome())));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
