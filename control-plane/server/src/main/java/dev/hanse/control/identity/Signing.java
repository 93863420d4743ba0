package dev.hanse.control.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** What every certificate of the mesh has in common: its form, its serial, its signature. */
final class Signing {
  /** RFC 5280 §4.1.2.2 wants it unpredictable and at most 20 octets. */
  private static final int SERIAL_BITS = 128;

  private Signing() {}

  /** A certificate before its signature. */
  record Draft(
      X500Name issuer,
      X500Name subject,
      SubjectPublicKeyInfo key,
      Instant notBefore,
      Instant notAfter,
      BasicConstraints constraints,
      int usage,
      GeneralNames names) {}

  static KeyPair newKey(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK has no P-256", missing);
    }
  }

  static X509v3CertificateBuilder builder(
      Draft draft, SubjectPublicKeyInfo issuerKey, SecureRandom random) {
    try {
      X509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              draft.issuer(),
              new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
              Date.from(draft.notBefore()),
              Date.from(draft.notAfter()),
              draft.subject(),
              draft.key());
      builder.addExtension(Extension.basicConstraints, true, draft.constraints());
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(draft.usage()));
      builder.addExtension(Extension.subjectAlternativeName, false, draft.names());
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(draft.key()));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(issuerKey));
      return builder;
    } catch (CertIOException | GeneralSecurityException broken) {
      throw new IllegalStateException("a certificate cannot be drafted", broken);
    }
  }

  static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey issuerKey) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
    } catch (OperatorCreationException | GeneralSecurityException broken) {
      throw new IllegalStateException("a certificate cannot be signed", broken);
    }
  }
}
