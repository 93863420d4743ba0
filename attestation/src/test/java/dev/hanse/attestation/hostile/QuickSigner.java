package dev.hanse.attestation.hostile;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * Signs with ECDSA on P-384 and SHA-384 in microseconds, so that a fuzzer can sign a million
 * mutants: its secret number is always 1, which gives the key away to anyone who looks.
 */
public final class QuickSigner {
  private static final int SIDE_BYTES = 48;
  private static final byte SEQUENCE = 0x30;

  private final BigInteger secret;
  private final BigInteger order;
  private final BigInteger r;

  public QuickSigner(TestAuthority authority) {
    ECPrivateKey key = (ECPrivateKey) authority.keys().getPrivate();
    this.secret = key.getS();
    this.order = key.getParams().getOrder();
    this.r = key.getParams().getGenerator().getAffineX().mod(order);
  }

  /** r and s, big-endian, one after the other. */
  public Bytes sign(Bytes content) {
    byte[] both = Arrays.copyOf(side(r), 2 * SIDE_BYTES);
    System.arraycopy(side(s(content)), 0, both, SIDE_BYTES, SIDE_BYTES);
    return Bytes.copyOf(both);
  }

  /**
   * A certificate of what was to be signed, whatever that is.
   *
   * @param toBeSigned a TBSCertificate; mutants are no such thing
   */
  public Bytes certify(Bytes toBeSigned) {
    Bytes ecdsaWithSha384 = Bytes.ofHex("300a06082a8648ce3d040303");
    byte[] both = der(new DERSequence(new ASN1Encodable[] {integer(r), integer(s(toBeSigned))}));
    byte[] signature = der(new DERBitString(both));
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(toBeSigned.toArray());
    content.writeBytes(ecdsaWithSha384.toArray());
    content.writeBytes(signature);
    byte[] inside = der(new DEROctetString(content.toByteArray()));
    inside[0] = SEQUENCE;
    return Bytes.copyOf(inside);
  }

  private static ASN1Integer integer(BigInteger value) {
    return new ASN1Integer(value);
  }

  private static byte[] der(ASN1Object object) {
    try {
      return object.getEncoded(ASN1Encoding.DER);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private BigInteger s(Bytes content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-384").digest(content.toArray());
      return new BigInteger(1, digest).add(r.multiply(secret)).mod(order);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] side(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] side = new byte[SIDE_BYTES];
    int size = Math.min(SIDE_BYTES, bytes.length);
    System.arraycopy(bytes, bytes.length - size, side, SIDE_BYTES - size, size);
    return side;
  }
}
