package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import java.util.List;

/** A machine on Milan, whose good evidence somebody changes, and who judges that. */
final class TamperedSnp {
  final SnpForge forge = SnpForge.vcek(Product.MILAN);
  final Bytes body = forge.body();
  final Bytes leaf = CertificateForge.encoded(forge.leaf());
  final Bytes issuer = CertificateForge.encoded(forge.issuer);
  final Bytes root = CertificateForge.encoded(forge.root);

  /** Without a revocation list: that is the store's, and no attacker's to make costly. */
  private final SnpVerifier verifier =
      new SnpVerifier(
          Anchors.of(List.of(forge.root)), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);

  /** Whether it is believed; throws if it is neither that nor refused as it should be. */
  boolean accepts(Bytes report, Bytes... certificates) {
    Evidence evidence = new Evidence(SnpVerifier.TECHNOLOGY, report, List.of(certificates));
    return switch (verifier.verify(evidence, SnpForge.NOW)) {
      case Verification.Verified _ -> true;
      case Verification.Refused(Refusal.Rejected _) -> false;
      case Verification.Refused(var other) -> throw new AssertionError("not typed: " + other);
    };
  }
}
