package dev.hanse.control.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.RegionId;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.control.TestCa;
import dev.hanse.control.workflow.Reappraisal.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said of those judged anew. */
class ReappraisalTest {
  private static final RegionId EU = new RegionId("eu-west");
  private static final String DIGEST = "ab".repeat(32);

  private final TestCa ca = new TestCa();
  private final Instant now = Instant.now();
  private final Reappraisal reappraisal = new Reappraisal(ca.region(EU), () -> now);

  @Test
  void whatCannotBeJudgedFallsAndSpoilsNobodyElses() {
    Verifier broken =
        new Verifier("simulated", Level.SIMULATED) {
          @Override
          protected Verification examine(Evidence evidence, Instant at) {
            throw new IllegalStateException("a defect");
          }
        };

    List<Verdict> verdicts =
        reappraisal.judge(
            List.of(certified("simulated"), certified("other")),
            new Trust(
                1, new Appraiser(List.of(broken), AppraisalPolicy.allowing(Set.of("simulated")))));

    assertThat(verdicts)
        .containsExactly(
            new Verdict.Falls(
                DIGEST, "acme.gpu-1 under built-in-1: it could not be judged, see the log"),
            new Verdict.Falls(
                DIGEST,
                "acme.gpu-1 under built-in-1: technology: evidence of technology \"other\" is not"
                    + " accepted here, allowed are [simulated]"));
  }

  @Test
  void aReasonIsPrintableAndFitsARevocation() {
    List<Verdict> verdicts =
        reappraisal.judge(
            List.of(certified("x\n\u0000" + "y".repeat(1000))), new Trust(1, ca.appraiser()));

    String reason = ((Verdict.Falls) verdicts.getFirst()).reason();
    assertThat(reason).hasSizeLessThanOrEqualTo(256).contains("technology \"x  yyy");
    assertThat(reason.chars().noneMatch(Character::isISOControl)).isTrue();
  }

  private Certified certified(String technology) {
    return new Certified(
        Exchanges.of("gpu-1"),
        DIGEST,
        "built-in-1",
        new Transcript(
            List.of(new Evidence(technology, Bytes.copyOf(new byte[8]))),
            Bytes.copyOf(new byte[64]),
            now,
            now.plus(Duration.ofHours(1))));
  }
}
