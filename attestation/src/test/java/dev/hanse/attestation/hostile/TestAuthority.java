package dev.hanse.attestation.hostile;

import dev.hanse.attestation.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key and its certificate in a chain made for one test; its own root or issued by another. */
public final class TestAuthority {
  /** What a certificate is to look like; a CA's on P-384 with SHA-384 unless changed. */
  public static final class Wish {
    private final String subject;
    private String curve = "secp384r1";
    private String algorithm = "SHA384withECDSA";
    private Instant from = Instant.parse("2022-01-01T00:00:00Z");
    private Instant to = Instant.parse("2099-01-01T00:00:00Z");
    private boolean authority = true;
    private int pathLength = -1;
    private int usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
    private final List<Extension> extensions = new ArrayList<>();

    private Wish(String subject) {
      this.subject = subject;
    }

    public Wish leaf() {
      this.authority = false;
      this.usage = KeyUsage.digitalSignature;
      return this;
    }

    public Wish curve(String name) {
      this.curve = name;
      return this;
    }

    /** How its issuer signs it. */
    public Wish algorithm(String name) {
      this.algorithm = name;
      return this;
    }

    public Wish valid(Instant notBefore, Instant notAfter) {
      this.from = notBefore;
      this.to = notAfter;
      return this;
    }

    public Wish authority(boolean isAuthority) {
      this.authority = isAuthority;
      return this;
    }

    public Wish pathLength(int length) {
      this.pathLength = length;
      return this;
    }

    /** Bits of {@link KeyUsage}; negative: no such extension. */
    public Wish usage(int bits) {
      this.usage = bits;
      return this;
    }

    public Wish extension(String oid, boolean critical, Bytes der) {
      extensions.add(new Extension(new ASN1ObjectIdentifier(oid), critical, der.toArray()));
      return this;
    }
  }

  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestAuthority(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  /** A certificate of this distinguished name. */
  public static Wish named(String subject) {
    return new Wish(subject);
  }

  public static TestAuthority root(Wish wish) {
    KeyPair keys = keys(wish.curve);
    return new TestAuthority(keys, certify(wish, keys, new X500Name(wish.subject), keys));
  }

  public TestAuthority issue(Wish wish) {
    KeyPair subject = keys(wish.curve);
    return new TestAuthority(
        subject,
        certify(
            wish,
            subject,
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            keys));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public Bytes der() {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Signs as r and s, big-endian, one after the other. */
  public Bytes sign(Bytes content, String algorithm) {
    try {
      Signature signature = Signature.getInstance(algorithm + "inP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(content.toArray());
      return Bytes.copyOf(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public KeyPair keys() {
    return keys;
  }

  private static KeyPair keys(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static X509Certificate certify(
      Wish wish, KeyPair subject, X500Name issuer, KeyPair issuerKeys) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(7),
              Date.from(wish.from),
              Date.from(wish.to),
              new X500Name(wish.subject),
              subject.getPublic());
      if (wish.authority) {
        builder.addExtension(
            Extension.basicConstraints,
            true,
            wish.pathLength < 0
                ? new BasicConstraints(true)
                : new BasicConstraints(wish.pathLength));
      }
      if (wish.usage >= 0) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.usage));
      }
      for (Extension extension : wish.extensions) {
        builder.addExtension(extension);
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder(wish.algorithm).build(issuerKeys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
