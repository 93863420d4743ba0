package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.x509.Anchors;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Endorsement keys and certificates of a manufacturer made for tests. */
final class EndorsementForge {
  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final String EK_PURPOSE = "2.23.133.8.1";

  static final KeyPair ROOT_KEY = pair("EC");
  static final KeyPair CA_KEY = pair("EC");
  static final KeyPair EK = pair("RSA");
  static final KeyPair ECC_EK = pair("EC");
  static final X509Certificate ROOT = authority("CN=Root", ROOT_KEY, "CN=Root", ROOT_KEY, 3650);
  static final X509Certificate CA = authority("CN=CA", CA_KEY, "CN=Root", ROOT_KEY, 1000);

  private EndorsementForge() {}

  static KeyPair pair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }

  static X509Certificate authority(
      String subject, KeyPair key, String issuer, KeyPair issuerKey, int days) {
    try {
      return certificate(
          subject, key, issuer, issuerKey, KeyUsage.keyCertSign | KeyUsage.cRLSign, "", days);
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  /** Believes the root, and asks for none. */
  static EndorsementTrust trust() {
    return new EndorsementTrust(List.of(ROOT), List.of(CA), Set.of(), Optional.empty());
  }

  /** Believes the root, and asks for revocation lists. */
  static EndorsementTrust listed(Map<CollateralStore.Id, Bytes> lists) {
    return new EndorsementTrust(
        List.of(ROOT), List.of(CA), Set.of(), Optional.of(() -> CollateralStore.of(lists)));
  }

  static CollateralStore.Id id(X509Certificate authority) {
    return new CollateralStore.Id(
        EndorsementTrust.REVOCATION_LISTS, Anchors.fingerprint(authority).hex());
  }

  /** An endorsement key's certificate, under the CA. */
  static Bytes leaf(KeyPair key) {
    return der(
        certificate("CN=EK", key, "CN=CA", CA_KEY, KeyUsage.keyEncipherment, EK_PURPOSE, 365));
  }

  static Bytes der(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  static X509Certificate certificate(
      String subject,
      KeyPair key,
      String issuer,
      KeyPair issuerKey,
      int usage,
      String purpose,
      int days) {
    return certificate(
        subject,
        key,
        issuer,
        issuerKey,
        usage,
        purpose,
        days,
        new BasicConstraints((usage & KeyUsage.keyCertSign) != 0));
  }

  static X509Certificate certificate(
      String subject,
      KeyPair key,
      String issuer,
      KeyPair issuerKey,
      int usage,
      String purpose,
      int days,
      BasicConstraints constraints) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.TWO,
              Date.from(NOW.minus(Duration.ofDays(1))),
              Date.from(NOW.plus(Duration.ofDays(days))),
              new X500Name(subject),
              key.getPublic());
      builder.addExtension(Extension.basicConstraints, true, constraints);
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      if (!purpose.isEmpty()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(purpose))));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  static Bytes crl(String issuer, KeyPair key, Optional<BigInteger> revoked) throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(new X500Name(issuer), Date.from(NOW.minus(Duration.ofHours(1))));
    builder.setNextUpdate(Date.from(NOW.plus(Duration.ofDays(7))));
    revoked.ifPresent(
        serial -> builder.addCRLEntry(serial, Date.from(NOW), CRLReason.keyCompromise));
    return Bytes.copyOf(
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
            .getEncoded());
  }

  /** Believes the root, and knows no intermediate. */
  static EndorsementTrust bare() {
    return new EndorsementTrust(List.of(ROOT), List.of(), Set.of(), Optional.empty());
  }
}
