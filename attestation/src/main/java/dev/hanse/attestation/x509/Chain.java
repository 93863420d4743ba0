package dev.hanse.attestation.x509;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A certificate path that was followed, leaf first, up to an anchor. It exists only if every
 * signature on it holds, every CA is one, nothing critical in it is unknown, and its time is now.
 *
 * @param path leaf first, the anchor last
 * @param validUntil when the first of them expires
 */
public record Chain(List<X509Certificate> path, Instant validUntil) {
  /** RSA-PSS. Accepted in one strength only: SHA-384, MGF1 with SHA-384, salt of 48 bytes. */
  public static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

  /** Limits what checking a signature costs; AMD's keys have 4096. */
  private static final int MAX_RSA_BITS = 8192;

  private static final int KEY_CERT_SIGN = 5;

  private static final String KEY_USAGE = "2.5.29.15";

  /** Basic constraints, key usage, extended key usage, subject alternative name. */
  private static final Set<String> KNOWN_CRITICAL =
      Set.of("2.5.29.19", KEY_USAGE, "2.5.29.37", "2.5.29.17");

  /**
   * How the keys and signatures of one vendor's chain look.
   *
   * @param signatureAlgorithms OIDs, as {@link X509Certificate#getSigAlgOID}
   * @param knownCritical further critical extensions that are understood
   */
  public record Profile(
      Set<String> signatureAlgorithms, Set<String> knownCritical, int minRsaBits, int minEcBits) {
    public Profile {
      signatureAlgorithms = Set.copyOf(signatureAlgorithms);
      knownCritical = Set.copyOf(knownCritical);
    }

    /** Chains of one algorithm with keys of at least RSA-2048 or P-256. */
    public static Profile signedBy(String... signatureAlgorithms) {
      return new Profile(Set.of(signatureAlgorithms), Set.of(), 2048, 256);
    }
  }

  public Chain {
    path = List.copyOf(path);
  }

  public X509Certificate leaf() {
    return path.getFirst();
  }

  /**
   * Follows a path.
   *
   * @param leafFirst as the evidence gave it, the anchor included; its order is not mended
   * @throws Rejection with {@code CHAIN}, {@code UNTRUSTED_ROOT}, {@code SIGNATURE}, {@code
   *     KEY_TYPE}, {@code KEY_USAGE}, {@code CERT_EXPIRED} or {@code CERT_NOT_YET_VALID}
   */
  public static Chain verify(
      List<X509Certificate> leafFirst, Anchors anchors, Instant at, Profile profile)
      throws Rejection {
    require(
        leafFirst.size() >= 2 && leafFirst.size() <= Certificates.LIMIT_COUNT,
        Reason.CHAIN,
        () ->
            "a chain has 2 to "
                + Certificates.LIMIT_COUNT
                + " certificates, has "
                + leafFirst.size());
    X509Certificate root = leafFirst.getLast();
    require(
        anchors.trusts(root),
        Reason.UNTRUSTED_ROOT,
        () -> "the chain ends at " + name(root) + ", which is not a configured anchor");
    Instant validUntil = Instant.MAX;
    for (int i = leafFirst.size() - 1; i >= 0; i--) {
      X509Certificate issuer = leafFirst.get(Math.min(i + 1, leafFirst.size() - 1));
      X509Certificate certificate = leafFirst.get(i);
      checkIssued(certificate, issuer, profile, anchors.checked());
      if (i > 0) {
        checkAuthority(certificate, i - 1);
      }
      checkTime(certificate, at);
      checkKey(certificate, profile);
      checkCritical(certificate, profile);
      Instant end = certificate.getNotAfter().toInstant();
      validUntil = end.isBefore(validUntil) ? end : validUntil;
    }
    return new Chain(leafFirst, validUntil);
  }

  private static void checkIssued(
      X509Certificate certificate,
      X509Certificate issuer,
      Profile profile,
      CheckedSignatures checked)
      throws Rejection {
    require(
        certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal()),
        Reason.CHAIN,
        () -> name(certificate) + " was not issued by " + name(issuer));
    require(
        profile.signatureAlgorithms().contains(certificate.getSigAlgOID())
            && SignatureParameters.areExact(
                certificate.getSigAlgOID(), certificate.getSigAlgParams()),
        Reason.KEY_TYPE,
        () -> name(certificate) + " is signed with " + certificate.getSigAlgName());
    require(
        checked.hold(certificate, issuer.getPublicKey()),
        Reason.SIGNATURE,
        () -> "the signature of " + name(certificate) + " does not hold");
  }

  private static void checkAuthority(X509Certificate certificate, int below) throws Rejection {
    int pathLength = certificate.getBasicConstraints();
    require(
        pathLength >= 0 && mayUse(certificate, KEY_CERT_SIGN),
        Reason.KEY_USAGE,
        () -> name(certificate) + " may not issue certificates");
    require(
        pathLength >= below,
        Reason.CHAIN,
        () -> name(certificate) + " allows " + pathLength + " authorities below it, has " + below);
  }

  /**
   * Whether a key may be used for something: certificates which do not restrict their key's usage
   * allow any, those which do so unreadably none. (A provider may read the second as the first.)
   *
   * @param bit as {@link X509Certificate#getKeyUsage} numbers them
   */
  public static boolean mayUse(X509Certificate certificate, int bit) {
    boolean[] usage = certificate.getKeyUsage();
    return usage == null ? certificate.getExtensionValue(KEY_USAGE) == null : usage[bit];
  }

  private static void checkTime(X509Certificate certificate, Instant at) throws Rejection {
    require(
        !at.isBefore(certificate.getNotBefore().toInstant()),
        Reason.CERT_NOT_YET_VALID,
        () -> name(certificate) + " is not valid before " + certificate.getNotBefore().toInstant());
    require(
        !at.isAfter(certificate.getNotAfter().toInstant()),
        Reason.CERT_EXPIRED,
        () -> name(certificate) + " expired at " + certificate.getNotAfter().toInstant());
  }

  private static void checkKey(X509Certificate certificate, Profile profile) throws Rejection {
    boolean strong =
        switch (certificate.getPublicKey()) {
          case RSAPublicKey rsa ->
              rsa.getModulus().bitLength() >= profile.minRsaBits()
                  && rsa.getModulus().bitLength() <= MAX_RSA_BITS;
          case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= profile.minEcBits();
          default -> false;
        };
    require(
        strong,
        Reason.KEY_TYPE,
        () -> name(certificate) + " has a key that is too weak or unknown");
  }

  private static void checkCritical(X509Certificate certificate, Profile profile) throws Rejection {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (critical == null) {
      return;
    }
    for (String oid : critical) {
      require(
          KNOWN_CRITICAL.contains(oid) || profile.knownCritical().contains(oid),
          Reason.CHAIN,
          () -> name(certificate) + " has the critical extension " + oid + ", which is unknown");
    }
  }

  private static void require(boolean holds, Reason reason, Supplier<String> detail)
      throws Rejection {
    // Names are long to write out, and most certificates are good.
    if (!holds) {
      throw new Rejection(Stage.CRYPTO, reason, detail.get());
    }
  }

  /** The subject, shortened: it comes from outside. */
  static String name(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName();
    return subject.length() > 120 ? subject.substring(0, 120) : subject;
  }
}
