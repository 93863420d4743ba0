package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;

/** Rules held against a forged report that is genuine by its signatures. */
final class SnpJudging {
  private SnpJudging() {}

  static CheckList judge(SnpForge forge, SnpRules rules) {
    Verification verification = forge.verifier().verify(forge.evidence(), SnpForge.NOW);
    SnpForge.accepted(verification);
    CheckList checks = new CheckList();
    rules.judge(((Verification.Verified) verification).claims(), SnpForge.NOW, checks);
    return checks;
  }

  static void accepted(SnpForge forge, SnpRules rules) {
    assertThat(judge(forge, rules).checks()).allMatch(Check::passed);
  }

  /** For that reason and for no other. */
  static void refused(SnpForge forge, SnpRules rules, Reason reason) {
    CheckList checks = judge(forge, rules);

    assertThat(checks.checks()).filteredOn(check -> !check.passed()).hasSize(1);
    assertThat(checks.firstRefusal())
        .hasValueSatisfying(refusal -> {
          assertThat(((Refusal.Rejected) refusal).reason()).isEqualTo(reason);
          assertThat(refusal.message()).isNotBlank();
        });
  }
}
