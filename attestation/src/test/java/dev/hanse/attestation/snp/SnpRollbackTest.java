package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Revocation lists that are genuine and current, and older than what was seen before. */
class SnpRollbackTest {
  private static final CollateralStore.Id MILAN =
      new CollateralStore.Id(SnpVerifier.CRL_KIND, "Milan");

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);
  private final RollbackFloors floors = new RollbackFloors();
  private final AtomicReference<Bytes> kept = new AtomicReference<>(list(forge.revocations()));
  private final SnpVerifier verifier = verifier(Revocation.REQUIRED);

  @Test
  void takesListsWhoseNumbersRise() {
    kept.set(list(forge.revocations().number(3)));
    SnpForge.accepted(verify(verifier));
    kept.set(list(forge.revocations().number(4)));
    SnpForge.accepted(verify(verifier));

    assertThat(floors.all()).isEqualTo(Map.of(MILAN, BigInteger.valueOf(4)));
  }

  @Test
  void refusesAnEarlierListOrOneWithoutNumber() {
    kept.set(list(forge.revocations().number(4)));
    SnpForge.accepted(verify(verifier));

    kept.set(list(forge.revocations().number(3)));
    refused(verifier, "sev-snp/crl Milan is number 3, number 4 was seen before");
    kept.set(list(forge.revocations()));
    refused(verifier, "sev-snp/crl Milan has no number, number 4 was seen before");
    refused(verifier(Revocation.WHERE_KEPT), "number 4 was seen before");
  }

  @Test
  void refusesByWhatAnEarlierProcessSaw() {
    floors.remember(Map.of(MILAN, BigInteger.TEN));
    kept.set(list(forge.revocations().number(9)));

    refused(verifier, "sev-snp/crl Milan is number 9, number 10 was seen before");
  }

  @Test
  void isNotRaisedByListsThatAreNotAmdsOrOutOfTheirTime() {
    kept.set(forge.revocations().number(9).signedBy(forge.issuerKey(), Scheme.PSS));
    SnpForge.refused(verify(verifier), Stage.REVOCATION, Reason.CRL_SIGNATURE);
    kept.set(
        list(
            forge
                .revocations()
                .number(9)
                .current(SnpForge.NOW.plusSeconds(1), RevocationForge.NEXT_UPDATE)));
    SnpForge.refused(verify(verifier), Stage.REVOCATION, Reason.CRL_NOT_YET_VALID);

    assertThat(floors.all()).isEmpty();
  }

  @Test
  void followsEachProductLineByItself() {
    floors.remember(Map.of(new CollateralStore.Id(SnpVerifier.CRL_KIND, "Genoa"), BigInteger.TEN));
    kept.set(list(forge.revocations().number(1)));

    SnpForge.accepted(verify(verifier));
  }

  private SnpVerifier verifier(Revocation revocation) {
    return new SnpVerifier(
        Anchors.of(List.of(forge.root)),
        () -> CollateralStore.of(Map.of(MILAN, kept.get())),
        revocation,
        floors);
  }

  private Verification verify(SnpVerifier by) {
    return by.verify(forge.evidence(), SnpForge.NOW);
  }

  private void refused(SnpVerifier by, String why) {
    Verification verification = verify(by);

    SnpForge.refused(verification, Stage.COLLATERAL, Reason.ROLLBACK);
    assertThat(((Verification.Refused) verification).refusal().message()).contains(why);
  }

  private Bytes list(RevocationForge revocations) {
    return revocations.signedBy(forge.rootKey(), Scheme.PSS);
  }
}
