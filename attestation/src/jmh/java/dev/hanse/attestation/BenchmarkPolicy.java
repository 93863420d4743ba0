package dev.hanse.attestation;

import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The policy that benchmarks appraise by: all alike but for what is measured. */
public final class BenchmarkPolicy {
  private BenchmarkPolicy() {}

  /** Allows these technologies, by these rules of one of them. */
  public static AppraisalPolicy of(Set<String> technologies, Rules rules) {
    return new AppraisalPolicy(
        "benchmark",
        1,
        technologies,
        List.of(rules),
        Composition.ANY,
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }
}
