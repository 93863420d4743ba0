package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;

/**
 * Makes certificates for tests piece by piece, wrong ones above all: no builder that means well
 * stands between. Valid from 2024 to 2034 unless told otherwise.
 */
public final class CertificateForge {
  public static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
  public static final Instant UNTIL = Instant.parse("2034-01-01T00:00:00Z");

  private final String subject;
  private final byte[] spki;
  private BigInteger serial = BigInteger.ZERO;
  private Instant from = FROM;
  private Instant until = UNTIL;
  private final List<ASN1Encodable> extensions = new ArrayList<>();

  /** Starts a certificate for a key. */
  public CertificateForge(String subject, KeyPair keys) {
    this(subject, keys.getPublic().getEncoded());
  }

  /** Starts a certificate for a key of one's own encoding. */
  public CertificateForge(String subject, byte[] spki) {
    this.subject = subject;
    this.spki = spki.clone();
  }

  public CertificateForge serial(long number) {
    serial = BigInteger.valueOf(number);
    return this;
  }

  public CertificateForge valid(Instant first, Instant last) {
    from = first;
    until = last;
    return this;
  }

  /** Makes it an authority over authorities of that depth. */
  public CertificateForge authority(int pathLength) {
    return extension("2.5.29.19", true, der(new BasicConstraints(pathLength)));
  }

  /** Makes it an authority without a limit. */
  public CertificateForge authority() {
    return extension("2.5.29.19", true, der(new BasicConstraints(true)));
  }

  /** Restricts its key, as {@link KeyUsage} numbers the bits. */
  public CertificateForge usage(int bits) {
    return extension("2.5.29.15", true, der(new KeyUsage(bits)));
  }

  /** Adds an extension, however often. */
  public CertificateForge extension(String oid, boolean critical, byte[] value) {
    ASN1EncodableVector extension = new ASN1EncodableVector();
    extension.add(new ASN1ObjectIdentifier(oid));
    if (critical) {
      extension.add(ASN1Boolean.TRUE);
    }
    extension.add(new DEROctetString(value));
    extensions.add(new DERSequence(extension));
    return this;
  }

  /** Signs it, stating the same algorithm inside and out. */
  public X509Certificate signedBy(String issuer, KeyPair keys, Scheme scheme) {
    return parsed(derSignedBy(issuer, keys, scheme, scheme));
  }

  /** Signs it with itself. */
  public X509Certificate selfSigned(KeyPair keys, Scheme scheme) {
    return signedBy(subject, keys, scheme);
  }

  /** Signs it, stating one algorithm inside, where it is signed, and another outside. */
  public Bytes derSignedBy(String issuer, KeyPair keys, Scheme inside, Scheme outside) {
    ASN1EncodableVector fields = new ASN1EncodableVector();
    fields.add(new DERTaggedObject(true, 0, new ASN1Integer(2)));
    fields.add(new ASN1Integer(serial));
    fields.add(inside.stated());
    fields.add(new X500Name(issuer));
    fields.add(
        new DERSequence(
            new ASN1Encodable[] {new Time(Date.from(from)), new Time(Date.from(until))}));
    fields.add(new X500Name(subject));
    fields.add(SubjectPublicKeyInfo.getInstance(spki));
    if (!extensions.isEmpty()) {
      fields.add(
          new DERTaggedObject(true, 3, new DERSequence(extensions.toArray(new ASN1Encodable[0]))));
    }
    return signed(new DERSequence(fields), keys, outside);
  }

  /** Puts a signature behind what is to be signed. */
  static Bytes signed(DERSequence content, KeyPair keys, Scheme scheme) {
    byte[] signature = scheme.sign(keys.getPrivate(), der(content));
    return Bytes.copyOf(
        der(
            new DERSequence(
                new ASN1Encodable[] {content, scheme.stated(), new DERBitString(signature)})));
  }

  public static byte[] der(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  public static Bytes encoded(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static X509Certificate parsed(Bytes der) {
    try {
      return Certificates.ofDer(der);
    } catch (Rejection rejection) {
      throw new AssertionError(rejection);
    }
  }
}
