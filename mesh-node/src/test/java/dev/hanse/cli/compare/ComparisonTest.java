package dev.hanse.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.cli.replay.TraceRequest;
import dev.hanse.provider.simulated.batching.GpuProfile;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison.Plan plan(int nodes, long seed) {
    return new Comparison.Plan(
        nodes,
        List.of(GpuProfile.A100),
        List.of(PolicyName.values()),
        1,
        seed,
        SampleTrace.TOKENS_PER_BLOCK);
  }

  @Seeds(tries = 5)
  void everyPolicyAnswersEveryRequestAndFindsNoMoreThanThereIs(long seed) {
    List<TraceRequest> trace = SampleTrace.conversations(12, 6, seed);

    Comparison comparison = Comparison.of(trace, plan(4, seed));

    for (Comparison.Entry entry : comparison.entries()) {
      assertThat(entry.rows().stream().map(Row::request))
          .containsExactlyElementsOf(LongStream.rangeClosed(1, trace.size()).boxed().toList());
      assertThat(entry.rows()).allMatch(row -> row.ttftMicros() > 0 && row.costMicros() > 0);
      assertThat(entry.outcome().hitTokens()).isBetween(0L, comparison.bound().hitTokens());
      assertThat(entry.outcome().peakToMean()).isGreaterThanOrEqualTo(1);
    }
  }

  @Seeds(tries = 3)
  void aSeedDecidesEverything(long seed) {
    List<TraceRequest> trace = SampleTrace.conversations(10, 4, seed);

    Comparison one = Comparison.of(trace, plan(3, seed));
    Comparison other = Comparison.of(trace, plan(3, seed));

    assertThat(one).isEqualTo(other);
    assertThat(one.servers()).isNotEqualTo(Comparison.of(trace, plan(3, seed + 1)).servers());
  }

  @Test
  void followingPrefixesFindsMoreThanTakingTurns() {
    Comparison comparison = Comparison.of(SampleTrace.conversations(13, 6, 1), plan(4, 1));

    long turns = hits(comparison, PolicyName.ROUND_ROBIN);
    assertThat(hits(comparison, PolicyName.PREFIX_HASH)).isGreaterThan(2 * turns);
    assertThat(hits(comparison, PolicyName.CACHE_AWARE)).isGreaterThan(2 * turns);
    assertThat(hits(comparison, PolicyName.HANSE)).isGreaterThan(2 * turns);
  }

  private static long hits(Comparison comparison, PolicyName policy) {
    return comparison.entries().stream()
        .filter(entry -> entry.policy() == policy)
        .findFirst()
        .orElseThrow()
        .outcome()
        .hitTokens();
  }

  @Test
  void oneNodeFindsAllThatCouldBeFoundOneAfterTheOther() {
    List<TraceRequest> slow =
        SampleTrace.conversations(3, 4, 1).stream()
            .map(request ->
                new TraceRequest(
                    request.line(),
                    request.offset().multipliedBy(1000),
                    request.inputTokens(),
                    request.outputTokens(),
                    request.blockIds()))
            .toList();

    Comparison comparison = Comparison.of(slow, plan(1, 1));

    for (Comparison.Entry entry : comparison.entries()) {
      assertThat(entry.outcome().hitTokens()).isEqualTo(comparison.bound().hitTokens());
    }
  }

  @Test
  void aTraceWithoutBlockNamesHasNoHits() {
    List<TraceRequest> bare =
        SampleTrace.conversations(4, 3, 1).stream()
            .map(request ->
                new TraceRequest(
                    request.line(),
                    request.offset(),
                    request.inputTokens(),
                    request.outputTokens(),
                    List.of()))
            .toList();

    Comparison comparison = Comparison.of(bare, plan(2, 1));

    assertThat(comparison.entries()).allMatch(entry -> entry.outcome().hitBlocks() == 0);
    assertThat(comparison.entries()).allMatch(entry -> entry.outcome().blocks() > 0);
  }

  @Test
  void whoeverIsWorseInBothIsOffTheFrontier() {
    Outcome good = new Outcome(0, 1, 0, 1, 1, 10, 1, 10);
    Outcome slower = new Outcome(0, 1, 0, 1, 1, 11, 1, 9);
    Outcome worse = new Outcome(0, 1, 0, 1, 1, 12, 1, 12);

    assertThat(good.dominates(slower)).isFalse();
    assertThat(slower.dominates(good)).isFalse();
    assertThat(good.dominates(worse)).isTrue();
    assertThat(good.dominates(good)).isFalse();
  }

  @Test
  void refusesARequestNoNodeCouldHold() {
    List<TraceRequest> trace = List.of(new TraceRequest(7, Duration.ZERO, 5_000_000, 1, List.of()));

    assertThatThrownBy(() -> Comparison.of(trace, plan(2, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 7")
        .hasMessageContaining("5000001");
  }
}
