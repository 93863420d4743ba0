package dev.hanse.attestation.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Evidence that was accepted once, judged again under what came later. */
class ReappraisalTest {
  private static final Instant THEN = Instant.parse("2026-11-20T12:00:00Z");
  private static final Instant NOW = THEN.plus(Duration.ofMinutes(40));
  private static final Instant CERTIFIED = THEN.plus(Duration.ofHours(1));
  private static final Bytes EXPECTED = Bytes.copyOf(new byte[64]);
  private static final Evidence EVIDENCE = new Evidence("fake", Bytes.copyOf(new byte[] {7}));

  private Instant producedAt = THEN.minusSeconds(1);
  private Instant endorsedUntil = Instant.MAX;
  private Instant certifiedUntil = CERTIFIED;
  private boolean debugOff = true;
  private Set<String> technologies = Set.of("fake");
  private Duration maxAge = Duration.ofMinutes(2);
  private Duration resultLife = Duration.ofHours(1);

  @Test
  void whatWasFreshWhenItCameIsNotTooOldNow() {
    AttestationResult result = accepted();

    assertThat(result.policy()).isEqualTo("next-2");
    assertThat(result.appraisedAt()).isEqualTo(THEN);
    assertThat(result.evidenceDigest()).isEqualTo(EVIDENCE.digest());
  }

  @Test
  void aResultHoldsNoLongerThanTheCertificateIssuedOnTheFirst() {
    certifiedUntil = CERTIFIED.minusSeconds(5);

    assertThat(accepted().expiresAt()).isEqualTo(CERTIFIED.minusSeconds(5));
  }

  @Test
  void aResultHoldsAsLongAsItsPolicySaysFromWhenTheEvidenceCame() {
    resultLife = Duration.ofMinutes(50);

    assertThat(accepted().expiresAt()).isEqualTo(THEN.plus(Duration.ofMinutes(50)));
  }

  @Test
  void aResultEndsWithItsFirstEndorsement() {
    endorsedUntil = NOW.plusSeconds(9);

    assertThat(accepted().expiresAt()).isEqualTo(NOW.plusSeconds(9));
  }

  @Test
  void refusesWhatHasEndedUnderAShorterResultLife() {
    resultLife = Duration.ofMinutes(40).plusMillis(1);
    assertThat(accepted().expiresAt()).isEqualTo(NOW.plusMillis(1));

    resultLife = Duration.ofMinutes(40);
    assertThat(failed()).isEqualTo("life");
  }

  @Test
  void refusesWhatItsNewRulesDoNotWant() {
    debugOff = false;

    assertThat(failed()).isEqualTo("debug");
  }

  @Test
  void refusesATechnologyThatIsAllowedNoMore() {
    technologies = Set.of("other");

    assertThat(failed()).isEqualTo("technology");
  }

  @Test
  void refusesWhatRestsOnSomethingThatHasExpiredSince() {
    endorsedUntil = NOW;

    assertThat(failed()).isEqualTo("endorsements");
  }

  @Test
  void refusesWhatWasOlderWhenItCameThanIsAcceptedNow() {
    producedAt = THEN.minusSeconds(61);
    maxAge = Duration.ofSeconds(60);

    assertThat(failed()).isEqualTo("age");
  }

  @Test
  void refusesEvidenceOfAnotherExchange() {
    Bytes other = Bytes.ofHex("ab".repeat(64));

    assertThat(failed(reappraise(new Transcript(List.of(EVIDENCE), other, THEN, CERTIFIED))))
        .isEqualTo("report-data");
  }

  private AttestationResult accepted() {
    Appraisal appraisal = reappraise(transcript());
    assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
    return ((Appraisal.Accepted) appraisal).result();
  }

  private String failed() {
    return failed(reappraise(transcript()));
  }

  private static String failed(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    return appraisal.checks().stream()
        .filter(check -> !check.passed())
        .findFirst()
        .orElseThrow()
        .name();
  }

  private Transcript transcript() {
    return new Transcript(List.of(EVIDENCE), EXPECTED, THEN, certifiedUntil);
  }

  private Appraisal reappraise(Transcript transcript) {
    return new Appraiser(
            List.of(
                new FakeVerifier("fake", Level.TPM, EXPECTED, producedAt, endorsedUntil, Map.of())),
            new AppraisalPolicy(
                "next",
                2,
                technologies,
                List.of(new FakeRules("fake", debugOff)),
                Composition.ANY,
                maxAge,
                Duration.ofSeconds(30),
                resultLife))
        .reappraise(transcript, NOW);
  }
}
