package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/**
 * A revocation list that was checked: issued and signed by the one who may, and current. It exists
 * only then, so an absent or stale list can never pass for an empty one.
 */
public final class RevocationList {
  /** Intel's have 2 KiB and AMD's 1 KiB today. */
  public static final int LIMIT_BYTES = 256 * 1024;

  private static final int CRL_SIGN = 6;
  private static final String CRL_NUMBER = "2.5.29.20";
  private static final int NUMBER_LIMIT_BITS = 20 * Byte.SIZE;

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
        () -> "the revocation list was not issued by " + Chain.name(issuer));
    require(
        Chain.mayUse(issuer, CRL_SIGN),
        Reason.CRL_ISSUER,
        () -> Chain.name(issuer) + " may not sign revocation lists");
    require(
        signatureAlgorithms.contains(crl.getSigAlgOID())
            && SignatureParameters.areExact(crl.getSigAlgOID(), crl.getSigAlgParams()),
        Reason.CRL_SIGNATURE,
        () -> "the revocation list is signed with " + crl.getSigAlgName());
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
        () -> "the revocation list is of " + crl.getThisUpdate().toInstant());
    require(
        crl.getNextUpdate() != null && !at.isAfter(crl.getNextUpdate().toInstant()),
        Reason.CRL_EXPIRED,
        () -> "the revocation list of " + Chain.name(issuer) + " is out of date");
    require(
        understood(crl),
        Reason.CRL_SIGNATURE,
        () -> "the revocation list has a critical extension that is unknown");
    return new RevocationList(crl);
  }

  private static X509CRL parse(Bytes der) throws Rejection {
    byte[] encoded = der.toArray();
    require(
        encoded.length > 0 && encoded.length <= LIMIT_BYTES,
        Reason.CRL_MISSING,
        () -> "a revocation list of " + encoded.length + " bytes is none");
    try {
      DerShape.require(encoded);
      X509CRL crl =
          (X509CRL)
              CertificateFactory.getInstance("X.509")
                  .generateCRL(new ByteArrayInputStream(encoded));
      if (SignatureParameters.areLast(crl.getSignature(), encoded)) {
        return crl;
      }
    } catch (GeneralSecurityException | RuntimeException broken) {
      throw new Rejection(
          Stage.REVOCATION,
          Reason.CRL_SIGNATURE,
          "not a revocation list: " + SubjectKey.reason(broken));
    }
    throw new Rejection(Stage.REVOCATION, Reason.CRL_SIGNATURE, "a revocation list is not in DER");
  }

  /** Critical extensions make a list partial or indirect: such a list is not whole, and no use. */
  private static boolean understood(X509CRL crl) {
    Set<? extends X509CRLEntry> entries = crl.getRevokedCertificates();
    return isEmpty(crl.getCriticalExtensionOIDs())
        && (entries == null
            || entries.stream().allMatch(entry -> isEmpty(entry.getCriticalExtensionOIDs())));
  }

  private static boolean isEmpty(@Nullable Set<String> oids) {
    return oids == null || oids.isEmpty();
  }

  /** Whether a certificate of the list's issuer is on it. */
  public boolean revokes(X509Certificate certificate) {
    return crl.getRevokedCertificate(certificate.getSerialNumber()) != null;
  }

  /**
   * Its number in the issuer's series, by which a store notices that it was given an older one;
   * empty where it has none, or one of more bits than RFC 5280 allows (5.2.3).
   */
  public Optional<BigInteger> number() {
    byte[] wrapped = crl.getExtensionValue(CRL_NUMBER);
    if (wrapped == null) {
      return Optional.empty();
    }
    try {
      BigInteger number =
          ASN1Integer.getInstance(ASN1OctetString.getInstance(wrapped).getOctets()).getValue();
      return number.signum() < 0 || number.bitLength() > NUMBER_LIMIT_BITS
          ? Optional.empty()
          : Optional.of(number);
    } catch (RuntimeException broken) {
      return Optional.empty();
    }
  }

  /** When it was made. */
  public Instant thisUpdate() {
    return crl.getThisUpdate().toInstant();
  }

  /** Until when it says what is revoked. */
  public Instant nextUpdate() {
    return crl.getNextUpdate().toInstant();
  }

  private static void require(boolean holds, Reason reason, Supplier<String> detail)
      throws Rejection {
    if (!holds) {
      throw new Rejection(Stage.REVOCATION, reason, detail.get());
    }
  }
}
