package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * ECDSA over r and s as evidence formats carry them: two plain numbers. Curve, point and range are
 * checked here and not left to a provider (CVE-2022-21449 was a provider's). High s is legal: no
 * vendor normalises it, so evidence bytes are no identity of evidence.
 */
public final class Ecdsa {
  /** The curves evidence is signed on. */
  public enum Curve {
    P256("secp256r1", 32),
    P384("secp384r1", 48);

    // Immutable, though Bouncy Castle does not say so in a way the compiler reads.
    @SuppressWarnings("ImmutableEnumChecker")
    private final ECDomainParameters domain;

    private final int bytes;

    Curve(String name, int bytes) {
      X9ECParameters parameters = CustomNamedCurves.getByName(name);
      this.domain =
          new ECDomainParameters(
              parameters.getCurve(), parameters.getG(), parameters.getN(), parameters.getH());
      this.bytes = bytes;
    }

    /** Size of one coordinate, and of r and s. */
    public int bytes() {
      return bytes;
    }

    /** Whether a key is stated to be on this curve. */
    boolean isOf(PublicKey key) {
      return key instanceof ECPublicKey ec
          && ec.getParams().getOrder().equals(domain.getN())
          && ec.getParams().getCurve().getA().equals(domain.getCurve().getA().toBigInteger())
          && ec.getParams().getCurve().getB().equals(domain.getCurve().getB().toBigInteger());
    }
  }

  /** Three tags and lengths, and a zero before each number that would be negative without. */
  private static final int DER_FRAME_BYTES = 8;

  private final Curve curve;
  private final ECPublicKeyParameters key;

  private Ecdsa(Curve curve, ECPublicKeyParameters key) {
    this.curve = curve;
    this.key = key;
  }

  /**
   * Takes a public key by its coordinates.
   *
   * @throws Rejection with {@code KEY} if it is no point of the curve
   */
  public static Ecdsa ofPoint(Curve curve, BigInteger x, BigInteger y) throws Rejection {
    try {
      return new Ecdsa(
          curve,
          new ECPublicKeyParameters(curve.domain.getCurve().validatePoint(x, y), curve.domain));
    } catch (RuntimeException offCurve) {
      throw new Rejection(Stage.CRYPTO, Reason.KEY, "a public key is no point of " + curve);
    }
  }

  /**
   * Takes a certificate's public key.
   *
   * @throws Rejection with {@code KEY_TYPE} if it is not a key of that curve
   */
  public static Ecdsa ofKey(Curve curve, PublicKey key) throws Rejection {
    if (key instanceof ECPublicKey ec && curve.isOf(ec)) {
      ECPoint point = ec.getW();
      return ofPoint(curve, point.getAffineX(), point.getAffineY());
    }
    throw new Rejection(Stage.CRYPTO, Reason.KEY_TYPE, "the signing key is not one of " + curve);
  }

  /** Whether r and s sign a digest: {@code false} for any number outside 1 to n-1. */
  public boolean signs(byte[] digest, BigInteger r, BigInteger s) {
    BigInteger n = key.getParameters().getN();
    if (r.signum() <= 0 || s.signum() <= 0 || r.compareTo(n) >= 0 || s.compareTo(n) >= 0) {
      return false;
    }
    if (curve == Curve.P384) {
      return P384Equation.holds(key.getQ(), digest, r, s);
    }
    ECDSASigner signer = new ECDSASigner();
    signer.init(false, key);
    return signer.verifySignature(digest, r, s);
  }

  /**
   * As {@link #signs(byte[], BigInteger, BigInteger)}, of r and s one after the other, big-endian.
   */
  public boolean signs(byte[] digest, Bytes both) {
    byte[] content = both.toArray();
    int half = (key.getParameters().getN().bitLength() + 7) / 8;
    return content.length == 2 * half
        && signs(
            digest, new BigInteger(1, content, 0, half), new BigInteger(1, content, half, half));
  }

  /**
   * As {@link #signs(byte[], BigInteger, BigInteger)}, of r and s as X.509 has them: a DER sequence
   * (RFC 3279, 2.2.3) in its one encoding, or the signature is none.
   */
  boolean signsDer(byte[] digest, byte[] encoded) {
    // Before the parser sees them: two numbers need no more.
    if (encoded.length > 2 * curve.bytes() + DER_FRAME_BYTES) {
      return false;
    }
    try {
      BigInteger[] numbers =
          StandardDSAEncoding.INSTANCE.decode(key.getParameters().getN(), encoded);
      return signs(digest, numbers[0], numbers[1]);
    } catch (IOException | RuntimeException malformed) {
      return false;
    }
  }
}
