package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.api.Price;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
  private static final long MILLI = 1_000_000;
  private static final Price PRICE = new Price(1_000_000, 100_000, 2_000_000);

  @Test
  void takesPercentilesByNearestRank() {
    Percentiles millis = Percentiles.millis(LongStream.rangeClosed(1, 200).map(i -> i * MILLI));

    assertThat(millis).isEqualTo(new Percentiles(100, 190, 198, 200));
  }

  @Test
  void hasNoPercentilesOfNothing() {
    assertThat(Percentiles.millis(LongStream.empty()).p99()).isNaN();
  }

  @Test
  void countsLatencyFromTheIntendedSendingAndWhatWasSentLate() {
    Report report =
        report(
            List.of(
                answered(0, 0, 100, 200, "a", Optional.empty()),
                answered(10, 500, 600, 1010, "a", Optional.empty())));

    assertThat(report.ttft()).isEqualTo(new Percentiles(100, 590, 590, 590));
    assertThat(report.endToEnd()).isEqualTo(new Percentiles(200, 1000, 1000, 1000));
    assertThat(report.late()).isEqualTo(1);
    assertThat(report.latestMillis()).isEqualTo(490);
    assertThat(report.seconds()).isEqualTo(1.01);
  }

  @Test
  void countsFailuresByClassAndLeavesThemOutOfTheLatencies() {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(answered(0, 0, 100, 200, "a", Optional.empty()));
    for (String reason : List.of("timeout", "http 429 x", "timeout")) {
      outcomes.add(new Outcome.Failed(request(), 0, 0, 9000 * MILLI, reason));
    }

    Report report = report(outcomes);

    assertThat(report.failed()).isEqualTo(3);
    assertThat(report.failures()).isEqualTo(Map.of("timeout", 2, "http 429 x", 1));
    assertThat(report.endToEnd().max()).isEqualTo(200);
    assertThat(report.seconds()).isEqualTo(9);
  }

  @Test
  void sharesRequestsTokensAndCostOutByNodeAndRegion() {
    Report report =
        report(
            List.of(
                answered(0, 0, 1, 1000, "a", Optional.of(PRICE)),
                answered(0, 0, 1, 1000, "a", Optional.of(PRICE)),
                answered(0, 0, 1, 1000, "b", Optional.empty())));

    // 1000 tokens in, of which 512 cached, and 50 out: 488 + 51.2 + 100, each part rounded up.
    assertThat(report.nodes())
        .containsExactly(
            new Report.Share("a", 2, 2000, 1024, 100, 2 * (488 + 52 + 100), true),
            new Report.Share("b", 1, 1000, 512, 50, 0, false));
    assertThat(report.regions()).hasSize(1);
    assertThat(report.nodes().getFirst().usdPerMtok()).isEqualTo(1280.0 / 2100);
    assertThat(report.cachedTokens()).isEqualTo(1536);
    assertThat(report.hitBlocks()).isEqualTo(3);
    assertThat(report.blocks()).isEqualTo(6);
    assertThat(report.outputTokensPerSecond()).isEqualTo(150);
  }

  @Test
  void countsEveryBlockAsHitWhenOnlyWhatMustBeComputedWas() {
    Outcome.Answered whole =
        new Outcome.Answered(
            request(), 0, 0, 1, 2, new Outcome.Served("a", "r", Optional.empty(), 1000, 992, 1));

    assertThat(report(List.of(whole)).hitBlocks()).isEqualTo(2);
  }

  @Test
  void printsTablesForPeople() {
    StringWriter text = new StringWriter();
    List<Outcome> outcomes =
        List.of(
            answered(0, 0, 100, 1000, "eu.n1", Optional.of(PRICE)),
            new Outcome.Failed(request(), 0, 0, 2000 * MILLI, "http 503 no_node"));

    new ReportText(report(outcomes)).print(new PrintWriter(text));

    assertThat(text.toString())
        .contains("2 requests in 2.0 s: 1 answered, 1 failed")
        .contains("http 503 no_node")
        .containsPattern("first token +100.0 +100.0 +100.0 +100.0")
        .containsPattern("prompt tokens +512 +1000 +51.20 %")
        .containsPattern("eu.n1 +1 +100.00 % +1050 +100.00 % +51.20 % +0.0006 +0.6095");
  }

  @Test
  void writesJsonForProgramsWithNullForTheUnknown() throws Exception {
    JsonNode json = new ObjectMapper().readTree(new ReportJson(report(List.of())).text());

    assertThat(json.path("requests").asInt()).isZero();
    assertThat(json.path("ttftMillis").path("p99").isNull()).isTrue();
    assertThat(json.path("prefixHits").path("tokenShare").isNull()).isTrue();
  }

  @Test
  void writesTheFiguresOfTheTablesAsJson() throws Exception {
    List<Outcome> outcomes = List.of(answered(0, 0, 100, 1000, "eu.n1", Optional.of(PRICE)));

    JsonNode json = new ObjectMapper().readTree(new ReportJson(report(outcomes)).text());

    assertThat(json.path("endToEndMillis").path("p50").asDouble()).isEqualTo(1000);
    assertThat(json.path("prefixHits").path("tokenShare").asDouble()).isEqualTo(0.512);
    assertThat(json.path("nodes").path(0).path("costUsd").asDouble()).isEqualTo(0.00064);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "", "1,2", "1,2,3,4", "a,b,c", "-1,2,3", "9999999999999,1,1"})
  void ignoresAPriceItCannotRead(String header) {
    assertThat(ChatCall.price(header)).isEmpty();
  }

  @Test
  void readsThePriceAnEdgeReports() {
    assertThat(ChatCall.price("1000000,100000,2000000")).contains(PRICE);
  }

  @Test
  void drawsABarThatGrows() {
    assertThat(ProgressBar.line(5, 1, 3, 10, 12.4))
        .isEqualTo("[###############...............] 5/10  3 in flight  1 failed  12 s");
    assertThat(ProgressBar.line(0, 0, 0, 0, 0)).startsWith("[##");
  }

  private static Report report(List<Outcome> outcomes) {
    List<TraceRequest> requests = outcomes.stream().map(Outcome::request).toList();
    return Report.of(new Trace(requests, List.of()), outcomes, 512);
  }

  private static TraceRequest request() {
    return new TraceRequest(1, Duration.ZERO, 1000, 60, List.of(1L, 2L));
  }

  private static Outcome.Answered answered(
      long intended, long sent, long first, long end, String node, Optional<Price> price) {
    return new Outcome.Answered(
        request(),
        intended * MILLI,
        sent * MILLI,
        first * MILLI,
        end * MILLI,
        new Outcome.Served(node, "eu-west", price, 1000, 512, 50));
  }
}
