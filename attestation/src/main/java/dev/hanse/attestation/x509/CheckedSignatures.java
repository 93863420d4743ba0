package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;

/**
 * Signatures of certificates that were found to hold, each under one key. A fleet shares its
 * vendor's authorities, and a machine that is judged again shows the certificates it showed before:
 * their signatures hold for ever, so they are checked once. Everything that may end, such as a
 * certificate's time or its revocation, is checked elsewhere each time.
 *
 * <p>Bounded: the one longest not asked for is forgotten first. What did not hold is not kept. Any
 * thread.
 */
final class CheckedSignatures {
  /** Those of 4,096 machines and a GPU in each; about 150 bytes apiece. */
  private static final int LIMIT = 16_384;

  private static final String ECDSA_SHA384 = "1.2.840.10045.4.3.3";

  /** By {@link #link}, in the order in which they were asked for. */
  private final LinkedHashMap<Bytes, Boolean> held = new LinkedHashMap<>(16, 0.75f, true);

  private final int limit;

  CheckedSignatures() {
    this(LIMIT);
  }

  CheckedSignatures(int limit) {
    this.limit = limit;
  }

  /**
   * Whether a certificate was signed with a key, by the algorithm it states.
   *
   * @param certificate whose algorithm and its parameters the caller accepts
   */
  boolean hold(X509Certificate certificate, PublicKey issuer) {
    try {
      Bytes link = link(certificate, issuer);
      if (isHeld(link)) {
        return true;
      }
      boolean holds = holdsNow(certificate, issuer);
      if (holds) {
        keep(link);
      }
      return holds;
    } catch (GeneralSecurityException | Rejection | RuntimeException broken) {
      return false;
    }
  }

  private boolean isHeld(Bytes link) {
    synchronized (held) {
      return held.get(link) != null;
    }
  }

  private void keep(Bytes link) {
    synchronized (held) {
      held.put(link, true);
      if (held.size() > limit) {
        held.pollFirstEntry();
      }
    }
  }

  /** Whether it was found to hold, and is not forgotten. */
  boolean isHeld(X509Certificate certificate, PublicKey issuer) throws GeneralSecurityException {
    return isHeld(link(certificate, issuer));
  }

  int size() {
    synchronized (held) {
      return held.size();
    }
  }

  /** Of both encodings whole. DER says where it ends, so no two pairs make the same bytes. */
  private static Bytes link(X509Certificate certificate, PublicKey issuer)
      throws GeneralSecurityException {
    byte[] signed = certificate.getEncoded();
    byte[] key = issuer.getEncoded();
    byte[] both = Arrays.copyOf(signed, signed.length + key.length);
    System.arraycopy(key, 0, both, signed.length, key.length);
    return Bytes.copyOf(both).sha256();
  }

  private static boolean holdsNow(X509Certificate certificate, PublicKey issuer)
      throws GeneralSecurityException, Rejection {
    if (certificate.getSigAlgOID().equals(ECDSA_SHA384) && Ecdsa.Curve.P384.isOf(issuer)) {
      // The JDK takes four times as long for it, and most vendors sign so.
      return Ecdsa.ofKey(Ecdsa.Curve.P384, issuer)
          .signsDer(
              Bytes.copyOf(certificate.getTBSCertificate()).sha384().toArray(),
              certificate.getSignature());
    }
    certificate.verify(issuer);
    return true;
  }
}
