package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * A machine on SEV-SNP as other rooms' tests see it: it reports what it is given, and its vendor's
 * certificates come along. Made by {@link SnpForge}.
 */
public final class ForgedSnp {
  /** When its certificates and its revocation list are good. */
  public static final Instant AT = SnpForge.NOW;

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  /** Made once: a signature of RSA-4096 takes ten times as long as verifying all of a report. */
  private final List<Bytes> certificates = forge.evidence(Bytes.copyOf(new byte[0])).collateral();

  /** A report over 64 bytes of report data. */
  public Bytes report(Bytes reportData) {
    System.arraycopy(reportData.toArray(), 0, forge.report, 0x50, reportData.size());
    return forge.body();
  }

  /** VCEK, ASK, ARK in DER. */
  public List<Bytes> certificates() {
    return certificates;
  }

  /** The chip's own certificate in PEM. */
  public Bytes leafPem() {
    return pem(certificates().getFirst());
  }

  /** Its intermediate and its root in PEM, in one piece. */
  public Bytes issuersPem() {
    return pem(CertificateForge.encoded(forge.issuer), CertificateForge.encoded(forge.root));
  }

  public Bytes rootPem() {
    return pem(CertificateForge.encoded(forge.root));
  }

  /** From here on its guest may be debugged. */
  public void debuggable() {
    forge.put(0x08, 0xB_001FL, 8);
  }

  private static Bytes pem(Bytes... certificates) {
    StringBuilder pem = new StringBuilder();
    for (Bytes certificate : certificates) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(
              Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return Bytes.copyOf(pem.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Trusts its root and no other; nothing of it is revoked. */
  public SnpVerifier verifier() {
    return forge.verifier();
  }

  /** As {@link #verifier} where no revocation list is kept. */
  public SnpVerifier verifierWithoutList() {
    return new SnpVerifier(
        Anchors.of(List.of(forge.root)),
        () -> CollateralStore.EMPTY,
        SnpVerifier.Revocation.WHERE_KEPT);
  }
}
