package dev.hanse.node.forward;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.PeerIdentity;
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
import java.util.Set;
import java.util.stream.Collectors;
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

/** A mesh's CA for tests: a root, one region, and identities for its nodes. */
final class TestCertificates {
  private final KeyPair rootKey = key();
  private final KeyPair regionKey = key();
  private final X509Certificate root;
  private final X509Certificate regionCa;
  private final RegionId region;

  TestCertificates(RegionId region) {
    this.region = region;
    String domain = "spiffe://" + PeerIdentity.DEFAULT_TRUST_DOMAIN;
    this.root = sign("CN=root", "CN=root", rootKey, rootKey, 1, uri(domain));
    this.regionCa =
        sign(
            "CN=root",
            "CN=" + region,
            rootKey,
            regionKey,
            0,
            uri(PeerIdentity.spiffeIdOfRegion(PeerIdentity.DEFAULT_TRUST_DOMAIN, region)));
  }

  MeshIdentity node(NodeId id, Set<Role> roles) {
    KeyPair key = key();
    PeerIdentity identity =
        new PeerIdentity.Node(PeerIdentity.DEFAULT_TRUST_DOMAIN, region, id, roles);
    String units =
        roles.stream()
            .map(role -> ",OU=" + PeerIdentity.unitOf(role))
            .collect(Collectors.joining());
    X509Certificate leaf =
        sign(
            "CN=" + region,
            "CN=" + id.name() + units,
            regionKey,
            key,
            -1,
            uri(identity.spiffeId()),
            new GeneralName(GeneralName.dNSName, identity.dnsName()));
    return new MeshIdentity(key.getPrivate(), List.of(leaf, regionCa), List.of(root));
  }

  private static GeneralName uri(String value) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, value);
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

  /** Signs a CA of the path length, or a leaf where it is negative. */
  private static X509Certificate sign(
      String issuer,
      String subject,
      KeyPair issuerKey,
      KeyPair key,
      int pathLength,
      GeneralName... names) {
    boolean ca = pathLength >= 0;
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              new BigInteger(64, new SecureRandom()),
              Date.from(Instant.now().minus(Duration.ofMinutes(1))),
              Date.from(Instant.now().plus(Duration.ofMinutes(30))),
              new X500Name(subject),
              key.getPublic());
      builder.addExtension(
          Extension.basicConstraints,
          true,
          ca ? new BasicConstraints(pathLength) : new BasicConstraints(false));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
      if (!ca) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
