package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes ONE = Bytes.ofHex("01");
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  private final Vouching vouching = new Vouching();

  @Test
  void claimsSayWhatTheirVerifierFound() {
    Evidence evidence = new Evidence("fake", ONE);
    VerifiedClaims claims = ((Verification.Verified) vouching.verify(evidence, NOW)).claims();

    assertThat(claims.technology()).isEqualTo("fake");
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.evidenceDigest()).isEqualTo(evidence.digest());
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.NONCE, ONE));
    assertThat(claims.producedAt()).contains(NOW);
    assertThat(claims.endorsedUntil()).isEqualTo(NOW.plusSeconds(1));
    assertThat(claims.statement().facts()).isEqualTo(Map.of("svn", "3"));
    assertThat(claims.measurements()).isEqualTo(Map.of("svn", "3"));
    assertThat(vouching.technology()).isEqualTo("fake");
    assertThat(vouching.level()).isEqualTo(Level.TEE);
  }

  @Test
  void bindsByTheReportDataItselfUnlessATechnologySaysOtherwise() {
    assertThat(vouching.bindings(REPORT_DATA)).isEqualTo(Map.of(Bound.REPORT_DATA, REPORT_DATA));
  }

  @Test
  void refusesEvidenceOfAnotherTechnologyUnseen() {
    assertThat(vouching.verify(new Evidence("other", ONE), NOW))
        .isEqualTo(
            new Verification.Refused(
                new Refusal.EvidenceMalformed("it is not of technology fake")));
    assertThat(vouching.seen).isZero();
  }

  @Test
  void refusesMoreThanTheLimitsUnseenAndTakesExactlyThem() {
    Bytes most = Bytes.copyOf(new byte[Evidence.BODY_LIMIT_BYTES]);
    Bytes half = Bytes.copyOf(new byte[Evidence.COLLATERAL_LIMIT_BYTES / 2]);

    assertThat(vouching.verify(new Evidence("fake", most, List.of(half, half)), NOW))
        .isInstanceOf(Verification.Verified.class);
    assertThat(
            vouching.verify(
                new Evidence("fake", Bytes.copyOf(new byte[Evidence.BODY_LIMIT_BYTES + 1])), NOW))
        .isEqualTo(tooLong("evidence body of 262145 bytes is over the limit"));
    assertThat(vouching.verify(new Evidence("fake", ONE, List.of(half, half, ONE)), NOW))
        .isEqualTo(tooLong("collateral of 1048577 bytes is over the limit"));
    assertThat(vouching.seen).isEqualTo(1);
  }

  @Test
  void turnsARejectionIntoARefusalAndKeepsNoStack() {
    Rejection rejection = new Rejection(Stage.CRYPTO, Reason.SIGNATURE, "forged");
    Verifier rejecting =
        new Verifier("fake", Level.TPM) {
          @Override
          protected Verification examine(Evidence evidence, Instant at) throws Rejection {
            throw rejection;
          }
        };

    assertThat(rejecting.verify(new Evidence("fake", ONE), NOW))
        .isEqualTo(
            new Verification.Refused(
                new Refusal.Rejected(Stage.CRYPTO, Reason.SIGNATURE, "forged")));
    assertThat(rejection.getStackTrace()).isEmpty();
  }

  @Test
  void aStoreFindsWhatItWasGivenAndNothingElse() {
    CollateralStore.Id id = new CollateralStore.Id("kind", "key");
    CollateralStore store = CollateralStore.of(Map.of(id, ONE));

    assertThat(store.find(id)).contains(ONE);
    assertThat(store.find(new CollateralStore.Id("kind", "other"))).isEmpty();
    assertThat(CollateralStore.EMPTY.find(id)).isEmpty();
  }

  private static Verification tooLong(String detail) {
    return new Verification.Refused(new Refusal.Rejected(Stage.PARSE, Reason.LENGTH, detail));
  }

  private static final class Vouching extends Verifier {
    private int seen;

    Vouching() {
      super("fake", Level.TEE);
    }

    @Override
    protected Verification examine(Evidence evidence, Instant at) {
      seen++;
      return verified(
          evidence,
          Map.of(Bound.NONCE, ONE),
          Optional.of(at),
          at.plusSeconds(1),
          Statement.of(Map.of("svn", "3")));
    }
  }
}
