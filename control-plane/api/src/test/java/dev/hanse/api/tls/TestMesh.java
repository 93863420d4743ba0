package dev.hanse.api.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root with one region CA per call, able to sign what a real one never would. */
final class TestMesh {
  static final int CA_USAGE = KeyUsage.keyCertSign | KeyUsage.cRLSign;

  final KeyPair rootKey = key();
  final X509Certificate root;

  TestMesh() {
    root =
        new Draft("CN=root", rootKey)
            .ca(1, CA_USAGE)
            .name(GeneralName.uniformResourceIdentifier, "spiffe://hanse.internal")
            .signedBy("CN=root", rootKey);
  }

  /** A region's CA as it should be. */
  Ca region(String region) {
    KeyPair key = key();
    Draft draft =
        new Draft("CN=" + region, key)
            .ca(0, CA_USAGE)
            .name(
                GeneralName.uniformResourceIdentifier, "spiffe://hanse.internal/region/" + region);
    return new Ca(key, sign(draft));
  }

  X509Certificate sign(Draft draft) {
    return draft.signedBy("CN=root", rootKey);
  }

  MeshIdentity node(Ca ca, String region, String name) {
    KeyPair key = key();
    return identity(key, ca, node(key, region, name));
  }

  MeshIdentity control(Ca ca, String region) {
    KeyPair key = key();
    return identity(
        key,
        ca,
        new Draft("CN=control,OU=control", key)
            .leaf()
            .name(
                GeneralName.uniformResourceIdentifier,
                "spiffe://hanse.internal/region/" + region + "/control")
            .name(GeneralName.dNSName, "control." + region + ".hanse.internal"));
  }

  MeshIdentity identity(KeyPair key, Ca ca, Draft leaf) {
    return new MeshIdentity(key.getPrivate(), chain(ca, leaf), List.of(root));
  }

  List<X509Certificate> chain(Ca ca, Draft leaf) {
    return List.of(leaf.signedBy(subject(ca.certificate), ca.key), ca.certificate);
  }

  /** A node's leaf as it should be, of provider acme. */
  Draft node(KeyPair key, String region, String name) {
    return new Draft("CN=" + name + ",OU=provider,OU=edge", key)
        .leaf()
        .name(
            GeneralName.uniformResourceIdentifier,
            "spiffe://hanse.internal/region/" + region + "/provider/acme/node/" + name)
        .name(GeneralName.dNSName, name + ".acme." + region + ".hanse.internal");
  }

  static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  record Ca(KeyPair key, X509Certificate certificate) {}

  /** A certificate before it is signed. */
  static final class Draft {
    private final String subject;
    private final KeyPair key;
    private final List<GeneralName> names = new ArrayList<>();
    private BasicConstraints constraints = new BasicConstraints(false);
    private int usage = KeyUsage.digitalSignature;
    private boolean leaf;
    private Optional<byte[]> stamp = Optional.empty();
    private Instant notBefore = Instant.now().minus(Duration.ofMinutes(1));
    private Instant notAfter = Instant.now().plus(Duration.ofMinutes(30));

    Draft(String subject, KeyPair key) {
      this.subject = subject;
      this.key = key;
    }

    Draft ca(int pathLength, int caUsage) {
      constraints = new BasicConstraints(pathLength);
      usage = caUsage;
      return this;
    }

    Draft leaf() {
      leaf = true;
      return this;
    }

    Draft stamp(byte[] der) {
      stamp = Optional.of(der);
      return this;
    }

    Draft usage(int bits) {
      usage = bits;
      return this;
    }

    Draft name(int kind, String value) {
      names.add(new GeneralName(kind, value));
      return this;
    }

    Draft valid(Instant from, Instant to) {
      notBefore = from;
      notAfter = to;
      return this;
    }

    X509Certificate signedBy(String issuer, KeyPair issuerKey) {
      try {
        JcaX509v3CertificateBuilder builder =
            new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                new BigInteger(64, new SecureRandom()),
                Date.from(notBefore),
                Date.from(notAfter),
                new X500Name(subject),
                key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        if (leaf) {
          builder.addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(
                  new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                  }));
        }
        if (stamp.isPresent()) {
          builder.addExtension(new ASN1ObjectIdentifier(AttestationStamp.OID), false, stamp.get());
        }
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
        return new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
      } catch (CertIOException | OperatorCreationException | GeneralSecurityException broken) {
        throw new IllegalStateException(broken);
      }
    }
  }
}
