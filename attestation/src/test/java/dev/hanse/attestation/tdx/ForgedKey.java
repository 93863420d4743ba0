package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.ContentSigner;

/** A P-256 key that follows from its name and signs the same always (RFC 6979). Test only. */
final class ForgedKey {
  private static final X9ECParameters P256 = CustomNamedCurves.getByName("secp256r1");
  private static final ECDomainParameters DOMAIN =
      new ECDomainParameters(P256.getCurve(), P256.getG(), P256.getN(), P256.getH());

  private final ECPrivateKeyParameters secret;
  private final ECPoint point;

  private ForgedKey(BigInteger d) {
    this.secret = new ECPrivateKeyParameters(d, DOMAIN);
    this.point = DOMAIN.getG().multiply(d).normalize();
  }

  static ForgedKey named(String name) {
    byte[] seed = Bytes.copyOf(name.getBytes(StandardCharsets.US_ASCII)).sha256().toArray();
    return new ForgedKey(
        new BigInteger(1, seed).mod(P256.getN().subtract(BigInteger.ONE)).add(BigInteger.ONE));
  }

  /** x and y. */
  byte[] coordinates() {
    byte[] encoded = point.getEncoded(false);
    return Arrays.copyOfRange(encoded, 1, encoded.length);
  }

  SubjectPublicKeyInfo spki() {
    return new SubjectPublicKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
        point.getEncoded(false));
  }

  /** r and s, 32 bytes each. */
  byte[] sign(byte[] message) {
    BigInteger[] both = rs(message);
    byte[] signature = new byte[64];
    put(both[0], signature, 0);
    put(both[1], signature, 32);
    return signature;
  }

  /** The same signature with n - s. */
  byte[] signHigh(byte[] message) {
    BigInteger[] both = rs(message);
    byte[] signature = new byte[64];
    put(both[0], signature, 0);
    put(P256.getN().subtract(both[1]), signature, 32);
    return signature;
  }

  /** For certificates and revocation lists. */
  ContentSigner signer() {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    return new ContentSigner() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      }

      @Override
      public OutputStream getOutputStream() {
        return content;
      }

      @Override
      public byte[] getSignature() {
        BigInteger[] both = rs(content.toByteArray());
        try {
          return new DERSequence(
                  new ASN1Integer[] {new ASN1Integer(both[0]), new ASN1Integer(both[1])})
              .getEncoded();
        } catch (IOException impossible) {
          throw new UncheckedIOException(impossible);
        }
      }
    };
  }

  private BigInteger[] rs(byte[] message) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, secret);
    return signer.generateSignature(Bytes.copyOf(message).sha256().toArray());
  }

  private static void put(BigInteger number, byte[] into, int at) {
    byte[] content = number.toByteArray();
    int from = Math.max(0, content.length - 32);
    System.arraycopy(content, from, into, at + 32 - (content.length - from), content.length - from);
  }
}
