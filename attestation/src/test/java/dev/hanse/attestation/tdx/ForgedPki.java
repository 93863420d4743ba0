package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** Makes certificates and revocation lists under Intel's names. Test only. */
final class ForgedPki {
  static final Instant FROM = Instant.parse("2025-01-01T00:00:00Z");
  static final Instant UNTIL = Instant.parse("2032-01-01T00:00:00Z");

  static final String ROOT = "Intel SGX Root CA";
  static final String PLATFORM_CA = "Intel SGX PCK Platform CA";
  static final String PCK = "Intel SGX PCK Certificate";
  static final String TCB_SIGNER = "Intel SGX TCB Signing";

  private static final String SGX = "1.2.840.113741.1.13.1";

  private ForgedPki() {}

  /**
   * What a certificate is to hold.
   *
   * @param pathLength below zero: no CA
   * @param usage bits of {@link KeyUsage}; zero: no such extension
   * @param sgx the SGX extension; empty: none
   */
  record Wish(
      String subject,
      ForgedKey key,
      String issuer,
      ForgedKey issuerKey,
      long serial,
      Instant from,
      Instant until,
      int pathLength,
      int usage,
      Bytes sgx) {
    Wish named(String other) {
      return new Wish(other, key, issuer, issuerKey, serial, from, until, pathLength, usage, sgx);
    }

    Wish valid(Instant newFrom, Instant newUntil) {
      return new Wish(
          subject, key, issuer, issuerKey, serial, newFrom, newUntil, pathLength, usage, sgx);
    }

    Wish using(int pathLengthNow, int usageNow) {
      return new Wish(
          subject, key, issuer, issuerKey, serial, from, until, pathLengthNow, usageNow, sgx);
    }

    Wish extended(Bytes other) {
      return new Wish(
          subject, key, issuer, issuerKey, serial, from, until, pathLength, usage, other);
    }

    Wish by(String issuerNow, ForgedKey issuerKeyNow) {
      return new Wish(
          subject, key, issuerNow, issuerKeyNow, serial, from, until, pathLength, usage, sgx);
    }
  }

  static Wish root(ForgedKey key) {
    return authority(ROOT, key, ROOT, key, 1, 1);
  }

  static Wish platformCa(ForgedKey key, ForgedKey rootKey) {
    return authority(PLATFORM_CA, key, ROOT, rootKey, 2, 0);
  }

  static Wish pck(ForgedKey key, ForgedKey caKey, Bytes sgx) {
    return leaf(PCK, key, PLATFORM_CA, caKey, 100, sgx);
  }

  static Wish tcbSigner(ForgedKey key, ForgedKey rootKey) {
    return leaf(TCB_SIGNER, key, ROOT, rootKey, 3, Bytes.copyOf(new byte[0]));
  }

  private static Wish authority(
      String subject, ForgedKey key, String issuer, ForgedKey issuerKey, long serial, int path) {
    return new Wish(
        subject,
        key,
        issuer,
        issuerKey,
        serial,
        FROM,
        UNTIL,
        path,
        KeyUsage.keyCertSign | KeyUsage.cRLSign,
        Bytes.copyOf(new byte[0]));
  }

  private static Wish leaf(
      String subject, ForgedKey key, String issuer, ForgedKey issuerKey, long serial, Bytes sgx) {
    return new Wish(
        subject, key, issuer, issuerKey, serial, FROM, UNTIL, -1, KeyUsage.digitalSignature, sgx);
  }

  static X509Certificate make(Wish wish) {
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name(wish.issuer()),
            BigInteger.valueOf(wish.serial()),
            Date.from(wish.from()),
            Date.from(wish.until()),
            name(wish.subject()),
            wish.key().spki());
    try {
      builder.addExtension(
          Extension.basicConstraints,
          true,
          wish.pathLength() < 0
              ? new BasicConstraints(false)
              : new BasicConstraints(wish.pathLength()));
      if (wish.usage() != 0) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.usage()));
      }
      if (wish.sgx().size() > 0) {
        builder.addExtension(new ASN1ObjectIdentifier(SGX), false, wish.sgx().toArray());
      }
      return Certificates.ofDer(
          Bytes.copyOf(builder.build(wish.issuerKey().signer()).getEncoded()));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (Rejection broken) {
      throw new IllegalStateException(broken);
    }
  }

  static Bytes list(
      String issuer, ForgedKey key, Set<X509Certificate> revoked, Instant from, Instant until) {
    return list(issuer, key, revoked, from, until, Optional.empty());
  }

  static Bytes list(
      String issuer,
      ForgedKey key,
      Set<X509Certificate> revoked,
      Instant from,
      Instant until,
      Optional<BigInteger> number) {
    X509v2CRLBuilder builder = new X509v2CRLBuilder(name(issuer), Date.from(from));
    builder.setNextUpdate(Date.from(until));
    revoked.forEach(certificate ->
        builder.addCRLEntry(certificate.getSerialNumber(), Date.from(from), CRLReason.unspecified));
    try {
      if (number.isPresent()) {
        builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number.get()));
      }
      return Bytes.copyOf(builder.build(key.signer()).getEncoded());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  static String pem(X509Certificate... certificates) {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        pem.append(pem(certificate.getEncoded()));
      } catch (CertificateEncodingException broken) {
        throw new IllegalStateException(broken);
      }
    }
    return pem.toString();
  }

  /** As the text of a certificate, whatever the bytes are. */
  static String pem(byte[] der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }

  private static X500Name name(String commonName) {
    return new X500Name("CN=" + commonName + ",O=Intel Corporation,L=Santa Clara,ST=CA,C=US");
  }
}
