package dev.hanse.control;

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

/** A mesh's root and, per identity, a region CA of its own. */
public final class TestCa {
  private static final String DOMAIN = PeerIdentity.DEFAULT_TRUST_DOMAIN;

  private final KeyPair rootKey = key();
  private final X509Certificate root =
      sign("CN=root", rootKey, "CN=root", rootKey, 1, "spiffe://" + DOMAIN, "");

  public MeshIdentity control(RegionId region) {
    return identity(
        region, "CN=control,OU=control", new PeerIdentity.ControlPlane(DOMAIN, region));
  }

  public MeshIdentity node(RegionId region, NodeId id) {
    return identity(
        region,
        "CN=" + id.name() + ",OU=provider,OU=edge",
        new PeerIdentity.Node(
            DOMAIN,
            region,
            id,
            Set.of(Role.PROVIDER, Role.EDGE)));
  }

  public List<X509Certificate> roots() {
    return List.of(root);
  }

  private MeshIdentity identity(RegionId region, String subject, PeerIdentity who) {
    KeyPair caKey = key();
    X509Certificate ca =
        sign(
            "CN=" + region,
            caKey,
            "CN=root",
            rootKey,
            0,
            PeerIdentity.spiffeIdOfRegion(DOMAIN, region),
            "");
    KeyPair key = key();
    X509Certificate leaf =
        sign(subject, key, "CN=" + region, caKey, -1, who.spiffeId(), who.dnsName());
    return new MeshIdentity(key.getPrivate(), List.of(leaf, ca), List.of(root));
  }

  private static X509Certificate sign(
      String subject,
      KeyPair key,
      String issuer,
      KeyPair issuerKey,
      int pathLength,
      String uri,
      String dnsName) {
    boolean leaf = pathLength < 0;
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(issuer),
            new BigInteger(64, new SecureRandom()),
            Date.from(now.minus(Duration.ofMinutes(1))),
            Date.from(now.plus(Duration.ofMinutes(30))),
            new X500Name(subject),
            key.getPublic());
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    GeneralName[] names =
        dnsName.isEmpty()
            ? new GeneralName[] {name}
            : new GeneralName[] {name, new GeneralName(GeneralName.dNSName, dnsName)};
    try {
      builder.addExtension(
          Extension.basicConstraints,
          true,
          leaf ? new BasicConstraints(false) : new BasicConstraints(pathLength));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(
              leaf ? KeyUsage.digitalSignature : KeyUsage.keyCertSign | KeyUsage.cRLSign));
      if (leaf) {
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
