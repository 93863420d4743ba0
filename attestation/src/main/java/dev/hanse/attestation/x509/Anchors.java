package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The roots a verifier trusts, by SHA-256 of the whole certificate: configuration, never evidence.
 */
public final class Anchors {
  private final Set<Bytes> fingerprints;
  private final CheckedSignatures checked = new CheckedSignatures();

  private Anchors(Set<Bytes> fingerprints) {
    this.fingerprints = Set.copyOf(fingerprints);
  }

  /** Trusts certificates by fingerprint. */
  public static Anchors pinned(Set<Bytes> sha256) {
    return new Anchors(sha256);
  }

  /** Trusts these certificates. */
  public static Anchors of(List<X509Certificate> roots) {
    Set<Bytes> fingerprints = new HashSet<>();
    roots.forEach(root -> fingerprints.add(fingerprint(root)));
    return new Anchors(fingerprints);
  }

  public boolean trusts(X509Certificate certificate) {
    return fingerprints.contains(fingerprint(certificate));
  }

  /** What was found to hold below them. */
  CheckedSignatures checked() {
    return checked;
  }

  /** SHA-256 of a certificate's DER. */
  public static Bytes fingerprint(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded()).sha256();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a parsed certificate has an encoding", impossible);
    }
  }
}
