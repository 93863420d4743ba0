package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Set;

/**
 * A revocation list that was checked: issued and signed by the one who may, and current. It exists
 * only then, so an absent or stale list can never pass for an empty one.
 */
public final class RevocationList {
  /** Intel's have 2 KiB and AMD's 1 KiB today. */
  public static final int LIMIT_BYTES = 256 * 1024;

  private final X509CRL crl;

  private RevocationList(X509CRL crl) {
    this.crl = crl;
  }

  /**
   * Reads and checks a list.
   *
   * @param issuer whom it must come from; already trusted
   * @param signatureAlgorithms OIDs
   * @throws Rejection with {@code CRL_ISSUER}, {@code CRL_SIGNATURE}, {@code CRL_NOT_YET_VALID} or
   *     {@code CRL_EXPIRED}
   */
  public static RevocationList verify(
      Bytes der, X509Certificate issuer, Instant at, Set<String> signatureAlgorithms)
      throws Rejection {
    X509CRL crl = parse(der);
    require(
        crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal()),
        Reason.CRL_ISSUER,
        "the revocation list was not issued by " + Chain.name(issuer));
    boolean[] usage = issuer.getKeyUsage();
    require(
        usage == null || usage[6],
        Reason.CRL_ISSUER,
        Chain.name(issuer) + " may not sign revocation lists");
    require(
        signatureAlgorithms.contains(crl.getSigAlgOID()),
        Reason.CRL_SIGNATURE,
        "the revocation list is signed with " + crl.getSigAlgName());
    try {
      crl.verify(issuer.getPublicKey());
    } catch (GeneralSecurityException | RuntimeException broken) {
      throw new Rejection(
          Stage.REVOCATION,
          Reason.CRL_SIGNATURE,
          "the signature of the revocation list of " + Chain.name(issuer) + " does not hold");
    }
    require(
        !at.isBefore(crl.getThisUpdate().toInstant()),
        Reason.CRL_NOT_YET_VALID,
        "the revocation list is of " + crl.getThisUpdate().toInstant());
    require(
        crl.getNextUpdate() != null && !at.isAfter(crl.getNextUpdate().toInstant()),
        Reason.CRL_EXPIRED,
        "the revocation list of " + Chain.name(issuer) + " is out of date");
    require(
        crl.getCriticalExtensionOIDs() == null || crl.getCriticalExtensionOIDs().isEmpty(),
        Reason.CRL_SIGNATURE,
        "the revocation list has a critical extension that is unknown");
    return new RevocationList(crl);
  }

  private static X509CRL parse(Bytes der) throws Rejection {
    byte[] encoded = der.toArray();
    require(
        encoded.length > 0 && encoded.length <= LIMIT_BYTES,
        Reason.CRL_MISSING,
        "a revocation list of " + encoded.length + " bytes is none");
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(encoded));
    } catch (GeneralSecurityException | RuntimeException broken) {
      throw new Rejection(
          Stage.REVOCATION,
          Reason.CRL_SIGNATURE,
          "not a revocation list: " + SubjectKey.reason(broken));
    }
  }

  public boolean revokes(X509Certificate certificate) {
    return crl.getRevokedCertificate(certificate.getSerialNumber()) != null;
  }

  /** Until when it says what is revoked. */
  public Instant nextUpdate() {
    return crl.getNextUpdate().toInstant();
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.REVOCATION, reason, detail);
  }
}
