package dev.hanse.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.cli.replay.SharedTraces;
import dev.hanse.cli.replay.Trace;
import dev.hanse.cli.replay.TraceReader;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The claim of the README's comparison, over the whole recorded hour. */
class MooncakeComparisonTest {
  @Test
  void noPolicyIsBetterInBothWaitingAndCost() throws Exception {
    Path file = SharedTraces.find("mooncake_conversation.jsonl");
    Trace trace;
    try (InputStream in = Files.newInputStream(file)) {
      trace = TraceReader.read(in, Optional.empty(), 512, 0);
    }

    Comparison comparison =
        Comparison.of(
            trace.requests(),
            new Comparison.Plan(
                12, List.of(GpuProfile.A100), List.of(PolicyName.values()), 1.5, 1, 512));

    assertThat(comparison.requests()).isEqualTo(12_031);
    Comparison.Entry ours = comparison.entries().getLast();
    assertThat(ours.policy()).isEqualTo(PolicyName.HANSE);
    assertThat(ours.rows()).hasSize(12_031);
    assertThat(comparison.isOnFrontier(ours)).isTrue();
    assertThat(comparison.entries())
        .allMatch(entry -> entry.equals(ours) || ours.outcome().dominates(entry.outcome()));
  }
}
