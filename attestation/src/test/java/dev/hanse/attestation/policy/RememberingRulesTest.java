package dev.hanse.attestation.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules hear of what was accepted whole, and of nothing else. */
class RememberingRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes EXPECTED = Bytes.copyOf(new byte[64]);
  private static final Evidence MACHINE = new Evidence("cpu", Bytes.ofHex("01"));
  private static final Evidence GPU = new Evidence("nvidia-gpu", Bytes.ofHex("02"));

  private final List<String> judged = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();

  @Test
  void hearOfEachPartOfAcceptedEvidenceAtItsTime() {
    appraise(true, EXPECTED, List.of(MACHINE, GPU));

    assertThat(heard).containsExactly("cpu " + NOW, "nvidia-gpu " + NOW);
  }

  @Test
  void hearNothingOfEvidenceOfWhichAnotherPartIsRefused() {
    appraise(false, EXPECTED, List.of(MACHINE, GPU));
    appraise(true, Bytes.ofHex("11".repeat(64)), List.of(MACHINE));

    assertThat(heard).isEmpty();
  }

  @Test
  void areToldWhenEvidenceCameThatIsJudgedOnceMoreAndHearOfItAtThatTime() {
    Instant later = NOW.plusSeconds(600);

    appraiser(true).reappraise(new Transcript(List.of(MACHINE), EXPECTED, NOW, later), later);

    assertThat(judged).containsExactly("cpu came " + NOW + ", judged " + later);
    assertThat(heard).containsExactly("cpu " + NOW);
  }

  private void appraise(boolean gpuIsGood, Bytes reportData, List<Evidence> parts) {
    appraiser(gpuIsGood).appraise(parts, reportData, NOW);
  }

  private Appraiser appraiser(boolean gpuIsGood) {
    return new Appraiser(
        List.of(verifier("cpu"), verifier("nvidia-gpu")),
        new AppraisalPolicy(
            "test",
            1,
            Set.of("cpu", "nvidia-gpu"),
            List.of(new Remembering("cpu", true), new Remembering("nvidia-gpu", gpuIsGood)),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1)));
  }

  private static FakeVerifier verifier(String technology) {
    return new FakeVerifier(technology, Level.TEE, EXPECTED, NOW, Instant.MAX, Map.of());
  }

  private final class Remembering implements Rules {
    private final String technology;
    private final boolean holds;

    Remembering(String technology, boolean holds) {
      this.technology = technology;
      this.holds = holds;
    }

    @Override
    public String technology() {
      return technology;
    }

    @Override
    public void judge(VerifiedClaims claims, Instant at, Checks checks) {
      checks.check("debug", holds, Reason.DEBUG, "debugging is on");
    }

    @Override
    public void judge(VerifiedClaims claims, Instant cameAt, Instant now, Checks checks) {
      judged.add(claims.technology() + " came " + cameAt + ", judged " + now);
      judge(claims, now, checks);
    }

    @Override
    public void accepted(VerifiedClaims claims, Instant at) {
      heard.add(claims.technology() + " " + at);
    }
  }
}
