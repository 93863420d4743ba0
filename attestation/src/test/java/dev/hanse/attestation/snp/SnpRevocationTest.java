package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SnpRevocationTest {
  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @Test
  void refusesAReportWithoutARevocationListWhereOneIsRequired() {
    SnpVerifier strict =
        new SnpVerifier(
            Anchors.of(List.of(forge.root)), () -> CollateralStore.EMPTY, Revocation.REQUIRED);
    SnpForge genoa = SnpForge.vcek(Product.GENOA);
    CollateralStore ofAnotherLine =
        CollateralStore.of(
            Map.of(
                new CollateralStore.Id("sev-snp/crl", "Genoa"),
                genoa.revocations().signedBy(genoa.rootKey(), Scheme.PSS)));

    SnpForge.refused(
        strict.verify(forge.evidence(), SnpForge.NOW), Stage.REVOCATION, Reason.CRL_MISSING);
    SnpForge.refused(
        new SnpVerifier(Anchors.of(List.of(forge.root)), () -> ofAnotherLine, Revocation.REQUIRED)
            .verify(forge.evidence(), SnpForge.NOW),
        Stage.REVOCATION,
        Reason.CRL_MISSING);
  }

  @Test
  void saysWhetherRevocationWasChecked() {
    SnpVerifier lenient =
        new SnpVerifier(
            Anchors.of(List.of(forge.root)), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);

    VerifiedClaims unchecked = claims(lenient.verify(forge.evidence(), SnpForge.NOW));

    assertThat(unchecked.measurements()).containsEntry("revocation", "not checked");
    assertThat(unchecked.endorsedUntil()).isEqualTo(CertificateForge.UNTIL);
    assertThat(forge.accepted().facts()).containsEntry("revocation", "not revoked");
  }

  @Test
  void asksForTheRevocationListAnewEveryTime() {
    AtomicReference<CollateralStore> store = new AtomicReference<>(CollateralStore.EMPTY);
    SnpVerifier verifier =
        new SnpVerifier(Anchors.of(List.of(forge.root)), store::get, Revocation.WHERE_KEPT);
    SnpForge.accepted(verifier.verify(forge.evidence(), SnpForge.NOW));

    store.set(
        CollateralStore.of(
            Map.of(
                new CollateralStore.Id("sev-snp/crl", "Milan"),
                forge.revocations(0x10001).signedBy(forge.rootKey(), Scheme.PSS))));

    SnpForge.refused(
        verifier.verify(forge.evidence(), SnpForge.NOW), Stage.REVOCATION, Reason.ASK_REVOKED);
  }

  @Test
  void refusesWhatIsRevoked() {
    revocationRefused(
        forge.revocations(5, 0x10001).signedBy(forge.rootKey(), Scheme.PSS), Reason.ASK_REVOKED);
    revocationRefused(
        forge.revocations(0x10000).signedBy(forge.rootKey(), Scheme.PSS), Reason.CERT_REVOKED);
    // Every leaf's number is 0, and the root's list is not about them.
    SnpForge.accepted(
        forge
            .verifier(forge.revocations(0, 5).signedBy(forge.rootKey(), Scheme.PSS))
            .verify(forge.evidence(), SnpForge.NOW));
  }

  @Test
  void refusesRevocationListsThatProveNothing() {
    Instant soon = SnpForge.NOW.plusSeconds(1);
    Instant past = SnpForge.NOW.minusSeconds(1);

    revocationRefused(
        forge.revocations().signedBy(forge.issuerKey(), Scheme.PSS), Reason.CRL_SIGNATURE);
    revocationRefused(
        SnpForge.vcek(Product.GENOA).revocations().signedBy(forge.rootKey(), Scheme.PSS),
        Reason.CRL_ISSUER);
    revocationRefused(
        forge
            .revocations()
            .current(soon, RevocationForge.NEXT_UPDATE)
            .signedBy(forge.rootKey(), Scheme.PSS),
        Reason.CRL_NOT_YET_VALID);
    revocationRefused(
        forge
            .revocations()
            .current(RevocationForge.THIS_UPDATE, past)
            .signedBy(forge.rootKey(), Scheme.PSS),
        Reason.CRL_EXPIRED);
    revocationRefused(
        forge.revocations().signedBy(forge.rootKey(), Scheme.PSS_SHA256), Reason.CRL_SIGNATURE);
    revocationRefused(Bytes.copyOf(new byte[0]), Reason.CRL_MISSING);
  }

  private void revocationRefused(Bytes list, Reason reason) {
    SnpForge.refused(
        forge.verifier(list).verify(forge.evidence(), SnpForge.NOW), Stage.REVOCATION, reason);
  }

  private static VerifiedClaims claims(Verification verification) {
    SnpForge.accepted(verification);
    return ((Verification.Verified) verification).claims();
  }
}
