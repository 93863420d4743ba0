package dev.hanse.attestation.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AppraiserTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes EXPECTED = Bytes.copyOf(new byte[64]);
  private static final Bytes OTHER = Bytes.copyOf("x".repeat(64).getBytes(UTF_8));
  private static final Evidence EVIDENCE = new Evidence("fake", Bytes.copyOf(new byte[] {7}));

  @Test
  void acceptsAndNamesEveryCheck() {
    Appraisal appraisal = appraise(EXPECTED, NOW, Instant.MAX);

    assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
    AttestationResult result = ((Appraisal.Accepted) appraisal).result();
    assertThat(result.checks())
        .extracting(Check::name)
        .containsExactly(
            "composition",
            "gpu-count",
            "technology",
            "signature",
            "report-data",
            "age",
            "clock",
            "endorsements",
            "debug");
    assertThat(result.checks()).allMatch(Check::passed);
    assertThat(result.level()).isEqualTo(Level.TPM);
    assertThat(result.policy()).isEqualTo("built-in-1");
    assertThat(result.evidenceDigest()).isEqualTo(EVIDENCE.digest());
    assertThat(result.reportData()).isEqualTo(EXPECTED);
    assertThat(result.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
  }

  @Test
  void theResultEndsWithItsFirstEndorsement() {
    Appraisal appraisal = appraise(EXPECTED, NOW, NOW.plusSeconds(30));

    assertThat(((Appraisal.Accepted) appraisal).result().expiresAt())
        .isEqualTo(NOW.plusSeconds(30));
  }

  @Test
  void refusesEvidenceMadeForAnotherExchange() {
    refuses(appraise(OTHER, NOW, Instant.MAX), new Refusal.ReportDataMismatch(), "report-data");
  }

  @Test
  void refusesEvidenceOlderThanThePolicyAllowsToTheMillisecond() {
    assertThat(appraise(EXPECTED, NOW.minusSeconds(120), Instant.MAX))
        .isInstanceOf(Appraisal.Accepted.class);
    refuses(
        appraise(EXPECTED, NOW.minusSeconds(120).minusMillis(1), Instant.MAX),
        new Refusal.EvidenceExpired(Duration.ofMillis(120_001), Duration.ofMinutes(2)),
        "age");
  }

  @Test
  void refusesEvidenceFromTheFutureBeyondClockSkew() {
    assertThat(appraise(EXPECTED, NOW.plusSeconds(30), Instant.MAX))
        .isInstanceOf(Appraisal.Accepted.class);
    refuses(
        appraise(EXPECTED, NOW.plusSeconds(30).plusMillis(1), Instant.MAX),
        new Refusal.EvidenceFromFuture(Duration.ofMillis(30_001)),
        "clock");
  }

  @Test
  void refusesEndorsementsThatHaveEnded() {
    refuses(
        appraise(EXPECTED, NOW, NOW),
        new Refusal.Rejected(
            Stage.ENDORSEMENT, Reason.CERT_EXPIRED, "what it rests on expired at " + NOW),
        "endorsements");
  }

  @Test
  void namesEveryFailedCheckAndRefusesByTheFirst() {
    Appraisal appraisal = appraise(OTHER, NOW.minusSeconds(500), NOW);

    assertThat(appraisal.checks().stream().filter(check -> !check.passed()))
        .extracting(Check::name)
        .containsExactly("report-data", "age", "endorsements");
    assertThat(((Appraisal.Refused) appraisal).refusal().code()).isEqualTo("report-data-mismatch");
  }

  @Test
  void refusesATechnologyThePolicyDoesNotListThoughAVerifierExists() {
    Appraiser strict =
        new Appraiser(
            List.of(fake(EXPECTED, NOW, Instant.MAX)), AppraisalPolicy.allowing(Set.of("sev-snp")));

    refuses(
        strict.appraise(EVIDENCE, EXPECTED, NOW),
        new Refusal.TechnologyNotAllowed("fake", Set.of()),
        "technology");
  }

  @Test
  void refusesATechnologyThePolicyListsButNoVerifierKnows() {
    Appraiser none = new Appraiser(List.of(), AppraisalPolicy.allowing(Set.of("fake")));

    refuses(
        none.appraise(EVIDENCE, EXPECTED, NOW),
        new Refusal.TechnologyNotAllowed("fake", Set.of()),
        "technology");
  }

  @Test
  void passesAVerifiersRefusalOn() {
    Appraiser appraiser =
        new Appraiser(List.of(new Refusing()), AppraisalPolicy.allowing(Set.of("fake")));

    refuses(
        appraiser.appraise(EVIDENCE, EXPECTED, NOW),
        new Refusal.SignatureInvalid("fake"),
        "signature");
  }

  @Test
  void refusesEvidenceOverTheLimitsBeforeItIsLookedAt() {
    Verifier verifier = fake(EXPECTED, NOW, Instant.MAX);

    assertThat(
            verifier.verify(
                new Evidence("fake", Bytes.copyOf(new byte[Evidence.BODY_LIMIT_BYTES + 1])), NOW))
        .isInstanceOf(Verification.Refused.class);
    assertThat(
            verifier.verify(
                new Evidence(
                    "fake",
                    Bytes.copyOf(new byte[1]),
                    List.of(
                        Bytes.copyOf(new byte[Evidence.COLLATERAL_LIMIT_BYTES]),
                        Bytes.copyOf(new byte[1]))),
                NOW))
        .isInstanceOf(Verification.Refused.class);
    assertThat(verifier.verify(new Evidence("other", Bytes.copyOf(new byte[1])), NOW))
        .isInstanceOf(Verification.Refused.class);
  }

  @Test
  void doesNotTakeTwoVerifiersForOneTechnology() {
    Verifier verifier = new Refusing();

    assertThatThrownBy(() ->
            new Appraiser(List.of(verifier, verifier), AppraisalPolicy.allowing(Set.of("fake"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Appraisal appraise(Bytes reportData, Instant producedAt, Instant endorsedUntil) {
    return new Appraiser(
            List.of(fake(reportData, producedAt, endorsedUntil)),
            policy(new FakeRules("fake", true)))
        .appraise(EVIDENCE, EXPECTED, NOW);
  }

  @Test
  void refusesWhatTheRulesOfItsTechnologyRefuse() {
    Appraisal appraisal =
        new Appraiser(
                List.of(fake(EXPECTED, NOW, Instant.MAX)), policy(new FakeRules("fake", false)))
            .appraise(EVIDENCE, EXPECTED, NOW);

    refuses(
        appraisal, new Refusal.Rejected(Stage.POLICY, Reason.DEBUG, "debugging is on"), "debug");
  }

  @Test
  void refusesARealTechnologyOfWhichThePolicyWantsNothing() {
    Appraisal appraisal =
        new Appraiser(
                List.of(fake(EXPECTED, NOW, Instant.MAX)), AppraisalPolicy.allowing(Set.of("fake")))
            .appraise(EVIDENCE, EXPECTED, NOW);

    assertThat(((Appraisal.Refused) appraisal).refusal().code()).isEqualTo("level");
  }

  @Test
  void aPolicyHasOneSetOfRulesForATechnology() {
    assertThatThrownBy(() -> policy(new FakeRules("fake", true), new FakeRules("fake", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two rules");
  }

  private static Verifier fake(Bytes reportData, Instant producedAt, Instant endorsedUntil) {
    return new FakeVerifier("fake", Level.TPM, reportData, producedAt, endorsedUntil, Map.of());
  }

  private static AppraisalPolicy policy(Rules... rules) {
    return new AppraisalPolicy(
        "built-in",
        1,
        Set.of("fake"),
        List.of(rules),
        Composition.ANY,
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }

  private static void refuses(Appraisal appraisal, Refusal refusal, String failedCheck) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    assertThat(((Appraisal.Refused) appraisal).refusal()).isEqualTo(refusal);
    assertThat(appraisal.checks()).contains(new Check(failedCheck, false, refusal.message()));
  }

  private static final class Refusing extends Verifier {
    Refusing() {
      super("fake", Level.TEE);
    }

    @Override
    protected Verification examine(Evidence evidence, Instant at) {
      return refused(new Refusal.SignatureInvalid("fake"));
    }
  }
}
