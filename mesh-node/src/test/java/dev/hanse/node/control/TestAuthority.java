package dev.hanse.node.control;

import dev.hanse.api.tls.MeshIdentity;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
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

/** A mesh's certificates, made on the spot. */
final class TestAuthority {
  private static final String URI = "spiffe://hanse.internal";

  private final KeyPair rootKey = key();
  private final X509Certificate root = ca("CN=root", rootKey, URI, 1, rootKey);

  MeshIdentity control(String region) {
    return identity(
        region,
        "CN=control,OU=control",
        URI + "/region/" + region + "/control",
        "control." + region + ".hanse.internal");
  }

  MeshIdentity node(String region, String name) {
    return identity(
        region,
        "CN=" + name + ",OU=provider",
        URI + "/region/" + region + "/provider/acme/node/" + name,
        name + ".acme." + region + ".hanse.internal");
  }

  private MeshIdentity identity(String region, String subject, String uri, String dns) {
    KeyPair regionKey = key();
    KeyPair leafKey = key();
    X509Certificate issuer = ca("CN=" + region, regionKey, URI + "/region/" + region, 0, rootKey);
    X509Certificate leaf =
        sign(
            subject,
            leafKey,
            "CN=" + region,
            regionKey,
            builder -> {
              builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
              builder.addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
              builder.addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(
                      new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                      }));
              builder.addExtension(
                  Extension.subjectAlternativeName,
                  false,
                  new GeneralNames(
                      new GeneralName[] {
                        new GeneralName(GeneralName.uniformResourceIdentifier, uri),
                        new GeneralName(GeneralName.dNSName, dns)
                      }));
            });
    return new MeshIdentity(leafKey.getPrivate(), List.of(leaf, issuer), List.of(root));
  }

  private static X509Certificate ca(
      String subject, KeyPair key, String uri, int pathLength, KeyPair issuerKey) {
    return sign(
        subject,
        key,
        "CN=root",
        issuerKey,
        builder -> {
          builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
          builder.addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
          builder.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        });
  }

  private interface Extensions {
    void add(JcaX509v3CertificateBuilder builder) throws CertIOException;
  }

  private static X509Certificate sign(
      String subject, KeyPair key, String issuer, KeyPair issuerKey, Extensions extensions) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              new BigInteger(64, new SecureRandom()),
              Date.from(Instant.now().minus(Duration.ofMinutes(1))),
              Date.from(Instant.now().plus(Duration.ofMinutes(30))),
              new X500Name(subject),
              key.getPublic());
      extensions.add(builder);
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
