package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnpRulesTest {
  private static final Instant NOW = SnpForge.NOW;

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @Test
  void acceptsAPlainReportByTheStrictProfileAndNamesWhatItAsked() {
    SnpJudging.accepted(forge, SnpRules.strict());
    assertThat(SnpJudging.judge(forge, SnpRules.strict()).checks())
        .extracting(Check::name)
        .containsExactly(
            "statement",
            "guest-policy-without-migration-agent",
            "guest-policy-without-debug",
            "vmpl",
            "guest-svn",
            "product-trusted",
            "chip-trusted",
            "report-version",
            "chip-id",
            "tcb-order");
    assertThat(SnpRules.strict().technology()).isEqualTo("sev-snp");
  }

  @Test
  void refusesWhatItCannotRead() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    Evidence evidence = platform.quote(Bytes.ofHex("50".repeat(64)), "image", NOW);
    Verification verification =
        new SimulatedVerifier(List.of(platform.root())).verify(evidence, NOW);
    CheckList checks = new CheckList();

    SnpRules.strict().judge(((Verification.Verified) verification).claims(), NOW, checks);

    assertThat(checks.checks()).hasSize(1);
    assertThat(checks.firstRefusal())
        .hasValueSatisfying(
            refusal -> assertThat(((Refusal.Rejected) refusal).reason()).isEqualTo(Reason.TYPE));
  }

  @Test
  void standsInAnAppraisalAsAnyTechnologyDoes() {
    AppraisalPolicy policy =
        new AppraisalPolicy(
            "test",
            1,
            Set.of("sev-snp"),
            List.of(SnpRules.strict()),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1));
    Appraiser appraiser = new Appraiser(List.of(forge.verifier()), policy);
    Bytes bound = Bytes.ofHex("50".repeat(64));

    Appraisal good = appraiser.appraise(forge.evidence(), bound, NOW);
    Appraisal replayed =
        appraiser.appraise(forge.evidence(), Bytes.ofHex("50".repeat(63) + "51"), NOW);
    Appraisal debug =
        appraiser.appraise(forge.put(8, 0x3_001FL | 1 << 19, 8).evidence(), bound, NOW);

    assertThat(good).isInstanceOf(Appraisal.Accepted.class);
    assertThat(replayed)
        .isInstanceOfSatisfying(
            Appraisal.Refused.class,
            refused ->
                assertThat(refused.refusal()).isInstanceOf(Refusal.ReportDataMismatch.class));
    assertThat(debug)
        .isInstanceOfSatisfying(
            Appraisal.Refused.class,
            refused ->
                assertThat(refused.refusal())
                    .isInstanceOfSatisfying(
                        Refusal.Rejected.class,
                        rejected -> {
                          assertThat(rejected.stage()).isEqualTo(Stage.POLICY);
                          assertThat(rejected.reason()).isEqualTo(Reason.DEBUG_ALLOWED);
                        }));
  }
}
