package dev.hanse.node.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Every instrument and attribute name of the data plane, in one place.
 *
 * <p>Names beginning with {@code gen_ai} and their bucket boundaries are those of the OpenTelemetry
 * semantic conventions for generative AI (status: development); what they do not cover is named
 * {@code hanse.*}.
 */
final class Instruments {
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
  static final AttributeKey<String> TOKEN_TYPE = AttributeKey.stringKey("gen_ai.token.type");
  static final AttributeKey<Boolean> STREAM = AttributeKey.booleanKey("gen_ai.request.stream");
  static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<Long> CACHED_TOKENS =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
  static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> REGION = AttributeKey.stringKey("hanse.region");
  static final AttributeKey<String> NODE = AttributeKey.stringKey("hanse.node");
  static final AttributeKey<String> TENANT = AttributeKey.stringKey("hanse.tenant");
  static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("hanse.request.id");
  static final AttributeKey<String> PLACEMENT = AttributeKey.stringKey("hanse.placement.reason");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("hanse.attempt");
  static final AttributeKey<Long> COST_MICROS = AttributeKey.longKey("hanse.cost.micro_usd");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");

  private static final List<Double> DURATION_SECONDS =
      List.of(.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
  private static final List<Double> FIRST_TOKEN_SECONDS =
      List.of(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1.0, 2.5, 5.0, 7.5, 10.0);
  private static final List<Double> PER_TOKEN_SECONDS =
      List.of(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1.0, 2.5);
  private static final List<Long> TOKENS =
      LongStream.iterate(1, bound -> bound <= 67_108_864, bound -> bound * 4).boxed().toList();
  private static final List<Long> COST_MICRO_USD =
      LongStream.iterate(1, bound -> bound <= 100_000_000, bound -> bound * 10).boxed().toList();

  final DoubleHistogram requestDuration;
  final DoubleHistogram timeToFirstToken;
  final DoubleHistogram timePerOutputToken;
  final DoubleHistogram attemptDuration;
  final LongHistogram tokenUsage;
  final LongHistogram cost;
  final LongUpDownCounter inFlight;
  final LongCounter refusals;
  final LongCounter errors;

  Instruments(Meter meter) {
    requestDuration =
        seconds(
            meter,
            "gen_ai.server.request.duration",
            "Whole requests at the edge.",
            DURATION_SECONDS);
    timeToFirstToken =
        seconds(
            meter,
            "gen_ai.server.time_to_first_token",
            "From the request to its first chunk.",
            FIRST_TOKEN_SECONDS);
    timePerOutputToken =
        seconds(
            meter,
            "gen_ai.server.time_per_output_token",
            "Between tokens after the first.",
            PER_TOKEN_SECONDS);
    attemptDuration =
        seconds(
            meter,
            "gen_ai.client.operation.duration",
            "Single attempts at engines.",
            DURATION_SECONDS);
    tokenUsage =
        meter
            .histogramBuilder("gen_ai.client.token.usage")
            .ofLongs()
            .setUnit("{token}")
            .setDescription("Billable tokens of a request.")
            .setExplicitBucketBoundariesAdvice(TOKENS)
            .build();
    cost =
        meter
            .histogramBuilder("hanse.request.cost")
            .ofLongs()
            .setUnit("u{USD}")
            .setDescription("What a request cost at its leased price, in micro-USD.")
            .setExplicitBucketBoundariesAdvice(COST_MICRO_USD)
            .build();
    inFlight =
        meter
            .upDownCounterBuilder("hanse.requests.in_flight")
            .setUnit("{request}")
            .setDescription("Requests being served by this edge.")
            .build();
    refusals =
        meter
            .counterBuilder("hanse.refusals")
            .setUnit("{request}")
            .setDescription("Requests refused before they were placed, by reason.")
            .build();
    errors =
        meter
            .counterBuilder("hanse.errors")
            .setUnit("{request}")
            .setDescription("Requests that failed after admission, by class.")
            .build();
  }

  private static DoubleHistogram seconds(
      Meter meter, String name, String description, List<Double> bounds) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(bounds)
        .build();
  }
}
