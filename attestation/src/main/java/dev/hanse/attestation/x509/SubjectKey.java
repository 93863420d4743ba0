package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * A public key the mesh can issue to: a valid point of P-256 or P-384, named, uncompressed; or an
 * Ed25519 key. In the one DER encoding it has, so that its digest names it.
 */
public final class SubjectKey {
  /** A P-384 key takes 120 bytes. */
  private static final int LIMIT_BYTES = 256;

  /** The kinds of key. */
  public enum Kind {
    P256,
    P384,
    ED25519
  }

  private final Kind kind;
  private final Bytes spki;
  private final AsymmetricKeyParameter parameters;

  private SubjectKey(Kind kind, Bytes spki, AsymmetricKeyParameter parameters) {
    this.kind = kind;
    this.spki = spki;
    this.parameters = parameters;
  }

  /**
   * Reads a DER SubjectPublicKeyInfo.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public static SubjectKey read(Bytes spki) {
    if (spki.size() > LIMIT_BYTES) {
      throw new IllegalArgumentException("a public key of " + spki.size() + " bytes is too long");
    }
    try {
      DerShape.require(spki.toArray());
      return read(SubjectPublicKeyInfo.getInstance(spki.toArray()), spki);
    } catch (IOException | RuntimeException broken) {
      throw new IllegalArgumentException("not a usable public key: " + reason(broken), broken);
    }
  }

  private static SubjectKey read(SubjectPublicKeyInfo info, Bytes spki) throws IOException {
    if (!Arrays.equals(info.getEncoded(ASN1Encoding.DER), spki.toArray())) {
      throw new IllegalArgumentException("the key is not in DER");
    }
    Kind kind = kindOf(info.getAlgorithm());
    byte[] point = info.getPublicKeyData().getOctets();
    int expectedBytes =
        switch (kind) {
          case P256 -> 65;
          case P384 -> 97;
          case ED25519 -> 32;
        };
    if (info.getPublicKeyData().getPadBits() != 0
        || point.length != expectedBytes
        || (kind != Kind.ED25519 && point[0] != 4)) {
      throw new IllegalArgumentException("the key is not an uncompressed point of its curve");
    }
    // Checks that the point lies on its curve.
    return new SubjectKey(kind, spki, PublicKeyFactory.createKey(info));
  }

  private static Kind kindOf(AlgorithmIdentifier algorithm) {
    if (algorithm.getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)
        && algorithm.getParameters() == null) {
      return Kind.ED25519;
    }
    if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
        && algorithm.getParameters() instanceof ASN1ObjectIdentifier curve) {
      if (curve.equals(SECObjectIdentifiers.secp256r1)) {
        return Kind.P256;
      }
      if (curve.equals(SECObjectIdentifiers.secp384r1)) {
        return Kind.P384;
      }
    }
    throw new IllegalArgumentException(
        "algorithm " + algorithm.getAlgorithm() + " is not one of the mesh's");
  }

  public Kind kind() {
    return kind;
  }

  /** DER SubjectPublicKeyInfo. */
  public Bytes spki() {
    return spki;
  }

  public Bytes digest() {
    return spki.sha256();
  }

  AsymmetricKeyParameter parameters() {
    return parameters;
  }

  static String reason(Exception broken) {
    String message = String.valueOf(broken.getMessage());
    return message.length() > 120 ? message.substring(0, 120) : message;
  }
}
