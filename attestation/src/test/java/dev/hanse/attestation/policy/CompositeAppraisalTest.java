package dev.hanse.attestation.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompositeAppraisalTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes EXPECTED = Bytes.copyOf(new byte[64]);
  private static final Bytes OTHER = Bytes.ofHex("11".repeat(64));
  private static final Verifier CPU = verifier("cpu", Level.TEE, EXPECTED, Map.of("svn", "3"));
  private static final Verifier GPU =
      verifier("nvidia-gpu", Level.TEE, EXPECTED, Map.of("driver", "570"));

  @Test
  void aMachineWithItsGpusIsOneResult() {
    AttestationResult result =
        accepted(appraise(List.of(CPU, GPU), Composition.ANY, evidence("cpu", 1), gpu(2), gpu(3)));

    assertThat(result.parts())
        .extracting(AttestationResult.Part::name)
        .containsExactly("cpu", "gpu-0", "gpu-1");
    assertThat(result.technology()).isEqualTo("cpu");
    assertThat(result.measurements())
        .isEqualTo(
            Map.of(
                "svn",
                "3",
                "gpu-0/driver",
                "570",
                "gpu-0/technology",
                "nvidia-gpu",
                "gpu-1/driver",
                "570",
                "gpu-1/technology",
                "nvidia-gpu"));
  }

  @Test
  void isWorthWhatItsWorstPartIs() {
    Verifier weak = verifier("cpu", Level.TPM, EXPECTED, Map.of());

    assertThat(
            accepted(appraise(List.of(weak, GPU), Composition.ANY, evidence("cpu", 1), gpu(2)))
                .level())
        .isEqualTo(Level.TPM);
  }

  @Test
  void namesEachPartsChecks() {
    AttestationResult result =
        accepted(appraise(List.of(CPU, GPU), Composition.ANY, evidence("cpu", 1), gpu(2)));

    assertThat(result.checks())
        .extracting(Check::name)
        .contains("report-data", "gpu-0/report-data", "distinct-parts");
  }

  @Test
  void refusesAPartOfAnotherExchange() {
    Verifier stranger = verifier("nvidia-gpu", Level.TEE, OTHER, Map.of());

    assertThat(code(appraise(List.of(CPU, stranger), Composition.ANY, evidence("cpu", 1), gpu(2))))
        .isEqualTo("report-data-mismatch");
  }

  @Test
  void judgesAGpuByTheRulesOfGpus() {
    AppraisalPolicy strictOnGpus =
        new AppraisalPolicy(
            "test",
            7,
            Set.of("cpu", "nvidia-gpu"),
            List.of(new FakeRules("cpu", true), new FakeRules("nvidia-gpu", false)),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1));
    Appraiser appraiser = new Appraiser(List.of(CPU, GPU), strictOnGpus);

    assertThat(code(appraiser.appraise(List.of(evidence("cpu", 1), gpu(2)), EXPECTED, NOW)))
        .isEqualTo("debug");
    assertThat(appraiser.appraise(evidence("cpu", 1), EXPECTED, NOW))
        .isInstanceOf(Appraisal.Accepted.class);
    assertThat(appraiser.policy()).isSameAs(strictOnGpus);
  }

  @Test
  void saysWhichTechnologiesWouldDo() {
    Appraisal appraisal = appraise(List.of(CPU, GPU), Composition.ANY, evidence("magic", 1));

    assertThat(((Appraisal.Refused) appraisal).refusal())
        .isEqualTo(new Refusal.TechnologyNotAllowed("magic", Set.of("cpu", "nvidia-gpu")));
  }

  @Test
  void refusesOneGpuForTwo() {
    assertThat(
            code(appraise(List.of(CPU, GPU), Composition.ANY, evidence("cpu", 1), gpu(2), gpu(2))))
        .isEqualTo("composite");
  }

  @Test
  void refusesOneGpuForTwoThoughItsEvidenceDiffers() {
    Verifier named =
        verifier("nvidia-gpu", Level.TEE, EXPECTED, Map.of(Appraiser.DEVICE_FACT, "gpu-serial-1"));

    assertThat(
            code(
                appraise(List.of(CPU, named), Composition.ANY, evidence("cpu", 1), gpu(2), gpu(3))))
        .isEqualTo("composite");
  }

  @Test
  void refusesGpusWithoutAMachine() {
    assertThat(code(appraise(List.of(CPU, GPU), Composition.ANY, gpu(1)))).isEqualTo("composite");
  }

  @Test
  void refusesTwoMachines() {
    assertThat(
            code(
                appraise(
                    List.of(CPU, GPU), Composition.ANY, evidence("cpu", 1), evidence("cpu", 2))))
        .isEqualTo("composite");
  }

  @Test
  void refusesNoEvidenceAtAll() {
    assertThat(code(appraise(List.of(CPU, GPU), Composition.ANY))).isEqualTo("composite");
  }

  @Test
  void refusesFewerOrMoreGpusThanThePolicyWants() {
    Composition one = new Composition(1, 1);

    assertThat(code(appraise(List.of(CPU, GPU), one, evidence("cpu", 1)))).isEqualTo("gpu-count");
    assertThat(code(appraise(List.of(CPU, GPU), one, evidence("cpu", 1), gpu(2), gpu(3))))
        .isEqualTo("gpu-count");
    assertThat(appraise(List.of(CPU, GPU), one, evidence("cpu", 1), gpu(2)))
        .isInstanceOf(Appraisal.Accepted.class);
  }

  @Test
  void theDigestOfSeveralPartsDependsOnEachAndTheirOrder() {
    Bytes both = digest(gpu(2), gpu(3));

    assertThat(both).isNotEqualTo(digest(gpu(3), gpu(2))).isNotEqualTo(digest(gpu(2)));
  }

  @Test
  void aTranscriptNamesItsEvidenceAsTheResultDoes() {
    for (List<Evidence> gpus : List.of(List.<Evidence>of(), List.of(gpu(2), gpu(3)))) {
      List<Evidence> parts = new ArrayList<>(List.of(evidence("cpu", 1)));
      parts.addAll(gpus);

      assertThat(new Transcript(parts, EXPECTED, NOW, NOW).evidenceDigest())
          .isEqualTo(digest(gpus.toArray(Evidence[]::new)));
    }
  }

  @Test
  void endsWithTheFirstEndorsementOfAnyPart() {
    Verifier brief =
        new FakeVerifier("nvidia-gpu", Level.TEE, EXPECTED, NOW, NOW.plusSeconds(9), Map.of());

    assertThat(
            accepted(appraise(List.of(CPU, brief), Composition.ANY, evidence("cpu", 1), gpu(2)))
                .expiresAt())
        .isEqualTo(NOW.plusSeconds(9));
  }

  private static Bytes digest(Evidence... gpus) {
    List<Evidence> parts = new ArrayList<>(List.of(evidence("cpu", 1)));
    parts.addAll(List.of(gpus));
    return accepted(appraise(List.of(CPU, GPU), Composition.ANY, parts.toArray(Evidence[]::new)))
        .evidenceDigest();
  }

  private static Appraisal appraise(
      List<Verifier> verifiers, Composition composition, Evidence... parts) {
    AppraisalPolicy policy =
        new AppraisalPolicy(
            "test",
            7,
            Set.of("cpu", "nvidia-gpu"),
            List.of(new FakeRules("cpu", true), new FakeRules("nvidia-gpu", true)),
            composition,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1));
    return new Appraiser(verifiers, policy).appraise(List.of(parts), EXPECTED, NOW);
  }

  private static Verifier verifier(
      String technology, Level level, Bytes reportData, Map<String, String> facts) {
    return new FakeVerifier(technology, level, reportData, NOW, Instant.MAX, facts);
  }

  private static Evidence evidence(String technology, int content) {
    return new Evidence(technology, Bytes.copyOf(new byte[] {(byte) content}));
  }

  private static Evidence gpu(int content) {
    return evidence("nvidia-gpu", content);
  }

  private static AttestationResult accepted(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
    return ((Appraisal.Accepted) appraisal).result();
  }

  private static String code(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    return ((Appraisal.Refused) appraisal).refusal().code();
  }
}
