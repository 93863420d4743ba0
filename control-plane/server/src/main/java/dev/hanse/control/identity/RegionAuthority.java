package dev.hanse.control.identity;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.ear.EarIssuer;
import dev.hanse.attestation.policy.AttestationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * A region's CA, held by its control plane: issues leaves of its own region, an hour at most.
 * Signing takes about a millisecond: not for an event loop. Safe for use by many threads.
 */
public final class RegionAuthority {
  /** Who appraised, in tokens. */
  private static final String SOFTWARE = "hanse";

  private static final String CERTIFICATE_FILE = "region.pem";
  private static final String KEY_FILE = "region.key";
  private static final String CROSSED_FILE = "cross-signed.pem";
  private static final String BUNDLE_FILE = "trust-bundle.pem";

  private final PeerIdentity.ControlPlane self;
  private final Means means;

  /** Swapped whole when the authority is rotated: who signs reads it once. */
  private volatile Held held;

  /** A CA's key and what its leaves are verified with. */
  private record Held(
      PrivateKey key,
      X509Certificate certificate,
      List<X509Certificate> roots,
      List<X509Certificate> crossed) {
    /** Leaves the key out. */
    @Override
    public String toString() {
      return String.valueOf(certificate.getSubjectX500Principal());
    }
  }

  /** What an authority works with. */
  record Means(InstantSource clock, SecureRandom random, CertificateLife life) {}

  RegionAuthority(
      PrivateKey key,
      X509Certificate certificate,
      List<X509Certificate> roots,
      List<X509Certificate> crossed,
      Means means) {
    this(new Held(key, certificate, List.copyOf(roots), List.copyOf(crossed)), means);
  }

  private RegionAuthority(Held held, Means means) {
    this.self = AuthorityNames.controlPlaneOf(held.certificate());
    this.held = held;
    this.means = means;
  }

  /**
   * Signs with another authority's key from now on, and hands out its trust bundle. Leaves of the
   * one before stay valid until they end: peers verify each against the CA it brings along.
   *
   * @throws IllegalArgumentException if that is of another region or trust domain
   */
  public void adopt(RegionAuthority next) {
    if (!next.self.equals(self)) {
      throw new IllegalArgumentException(
          "the authority of " + next.self.spiffeId() + " cannot follow that of " + self.spiffeId());
    }
    held = next.held;
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException also if others may read the key
   */
  public static RegionAuthority load(
      Path directory, CertificateLife life, InstantSource clock, SecureRandom random)
      throws IOException {
    return load(directory, Optional.empty(), life, clock, random);
  }

  /** As above, for an encrypted key. */
  public static RegionAuthority load(
      Path directory,
      Optional<Passphrase> passphrase,
      CertificateLife life,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Path crossed = directory.resolve(CROSSED_FILE);
    return new RegionAuthority(
        SealedKey.read(directory.resolve(KEY_FILE), passphrase),
        KeyFiles.readCertificates(directory.resolve(CERTIFICATE_FILE)).getFirst(),
        KeyFiles.readCertificates(directory.resolve(BUNDLE_FILE)),
        Files.exists(crossed) ? KeyFiles.readCertificates(crossed) : List.of(),
        new Means(clock, random, life));
  }

  /**
   * Writes {@code region.pem}, {@code region.key} (0600) and {@code trust-bundle.pem}; refuses to
   * replace a key.
   */
  public void save(Path directory) throws IOException {
    save(directory, Optional.empty());
  }

  /** As above, the key encrypted. The certificate is written last: its change is the signal. */
  public void save(Path directory, Optional<Passphrase> passphrase) throws IOException {
    Held now = held;
    Files.createDirectories(directory);
    SealedKey.write(directory.resolve(KEY_FILE), now.key(), passphrase, means.random());
    KeyFiles.writeCertificates(directory.resolve(BUNDLE_FILE), now.roots());
    if (!now.crossed().isEmpty()) {
      KeyFiles.writeCertificates(directory.resolve(CROSSED_FILE), now.crossed());
    }
    KeyFiles.writeCertificates(directory.resolve(CERTIFICATE_FILE), List.of(now.certificate()));
  }

  /**
   * Puts this authority in the place of one saved before, whose key stays beside it under another
   * name until the operator removes it.
   */
  public void replace(Path directory, Optional<Passphrase> passphrase) throws IOException {
    Path old = directory.resolve(KEY_FILE);
    if (Files.exists(old)) {
      Files.move(
          old, directory.resolve("region-" + means.clock().instant().getEpochSecond() + ".key"));
    }
    save(directory, passphrase);
  }

  /** The same authority, issuing leaves of another length. */
  public RegionAuthority issuing(CertificateLife life) {
    return new RegionAuthority(held, new Means(means.clock(), means.random(), life));
  }

  public RegionId region() {
    return self.region();
  }

  public String trustDomain() {
    return self.trustDomain();
  }

  /** The trust bundle. */
  public List<X509Certificate> roots() {
    return held.roots();
  }

  /**
   * The identity this authority would give to a node that claims to be this.
   *
   * @throws IllegalArgumentException naming the claim that is impossible, or not this region's
   */
  public PeerIdentity.Node nodeOf(NodeClaims claims) {
    if (!claims.region().equals(region().value())) {
      throw new IllegalArgumentException(
          "this control plane enrols nodes of " + region() + " only");
    }
    var _ = new Endpoint(claims.host(), claims.port());
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (Role role : List.of(Role.EDGE, Role.PROVIDER)) {
      if (claims.roles().contains(PeerIdentity.unitOf(role))) {
        roles.add(role);
      }
    }
    if (roles.isEmpty() || roles.size() != claims.roles().size()) {
      throw new IllegalArgumentException("roles must be edge, provider or both");
    }
    return new PeerIdentity.Node(
        trustDomain(), region(), new NodeId(claims.provider(), claims.name()), roles);
  }

  /**
   * Issues to an attested key. The certificate ends with the result at the latest; the result goes
   * with it as a token signed by the region's CA, whose key every peer has from the chain.
   *
   * @throws IllegalArgumentException if the result is about another exchange than {@code binding},
   *     or the claims are not possible here
   */
  public IssuedIdentity issue(Binding binding, AttestationResult result) {
    if (!result.reportData().equals(binding.reportData())) {
      throw new IllegalArgumentException("the result is about another nonce, key or node");
    }
    PeerIdentity.Node node = nodeOf(binding.claims());
    Held signer = held;
    Instant now = means.clock().instant();
    AttestationSummary summary = summaryOf(result);
    AttestationStamp stamp =
        new AttestationStamp(summary, result.evidenceDigest().hex(), result.policy());
    X509v3CertificateBuilder builder =
        leaf(
            signer,
            node,
            SubjectPublicKeyInfo.getInstance(binding.key().spki().toArray()),
            now,
            earlier(now.plus(means.life().leaf()), result.expiresAt()));
    try {
      builder.addExtension(new ASN1ObjectIdentifier(AttestationStamp.OID), false, stamp.toDer());
    } catch (CertIOException broken) {
      throw new IllegalStateException("the attestation stamp cannot be encoded", broken);
    }
    X509Certificate leaf = Signing.sign(builder, signer.key());
    Instant notAfter = leaf.getNotAfter().toInstant();
    return new IssuedIdentity(
        node,
        List.of(leaf, signer.certificate()),
        signer.roots(),
        signer.crossed(),
        notAfter,
        CertificateLife.renewAt(now, notAfter, means.random()),
        summary,
        stamp,
        result.measurements(),
        token(signer, result, node, binding.key().digest()));
  }

  /**
   * Signs a result about a node that has its certificate already.
   *
   * @param keyDigest SHA-256 of the SubjectPublicKeyInfo in that certificate
   */
  public String token(AttestationResult result, PeerIdentity.Node node, Bytes keyDigest) {
    return token(held, result, node, keyDigest);
  }

  private String token(
      Held signer, AttestationResult result, PeerIdentity.Node node, Bytes keyDigest) {
    return new EarIssuer(self.spiffeId(), signer.key(), SOFTWARE)
        .sign(result, node.spiffeId(), keyDigest, trustDomain());
  }

  /** A result as the mesh's members are told of it. */
  public static AttestationSummary summaryOf(AttestationResult result) {
    return new AttestationSummary(
        result.technology(), levelOf(result), result.appraisedAt(), result.expiresAt());
  }

  /**
   * Issues the control plane's own serving identity, with a new key each time.
   *
   * <p>It rests on holding the region's CA key and not on evidence: who holds that key could issue
   * anything in the region.
   */
  public MeshIdentity controlIdentity() {
    KeyPair pair = Signing.newKey(means.random());
    Held signer = held;
    Instant now = means.clock().instant();
    X509Certificate leaf =
        Signing.sign(
            leaf(
                signer,
                self,
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                now,
                now.plus(means.life().leaf())),
            signer.key());
    return new MeshIdentity(pair.getPrivate(), List.of(leaf, signer.certificate()), signer.roots());
  }

  /** When a control plane should take its next {@link #controlIdentity}. */
  public Instant renewAt(MeshIdentity own) {
    return CertificateLife.renewAt(means.clock().instant(), own.notAfter(), means.random());
  }

  private X509v3CertificateBuilder leaf(
      Held signer,
      PeerIdentity subject,
      SubjectPublicKeyInfo subjectKey,
      Instant now,
      Instant notAfter) {
    X509Certificate certificate = signer.certificate();
    Signing.Draft draft =
        new Signing.Draft(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            subjectOf(subject),
            subjectKey,
            now.minus(CertificateLife.BACKDATED),
            earlier(notAfter, certificate.getNotAfter().toInstant()),
            new BasicConstraints(false),
            KeyUsage.digitalSignature,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.uniformResourceIdentifier, subject.spiffeId()),
                  new GeneralName(GeneralName.dNSName, subject.dnsName())
                }));
    X509v3CertificateBuilder builder =
        Signing.builder(
            draft,
            SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()),
            means.random());
    try {
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    } catch (CertIOException broken) {
      throw new IllegalStateException("key purposes cannot be encoded", broken);
    }
    return builder;
  }

  private static X500Name subjectOf(PeerIdentity subject) {
    X500NameBuilder name = new X500NameBuilder().addRDN(BCStyle.O, subject.trustDomain());
    Set<Role> roles =
        switch (subject) {
          case PeerIdentity.Node node -> node.roles();
          case PeerIdentity.ControlPlane control -> Set.of(Role.CONTROL);
        };
    roles.stream().sorted().forEach(role -> name.addRDN(BCStyle.OU, PeerIdentity.unitOf(role)));
    String commonName =
        switch (subject) {
          case PeerIdentity.Node node -> node.id().name();
          case PeerIdentity.ControlPlane control -> "control";
        };
    return name.addRDN(BCStyle.CN, commonName).build();
  }

  private static AttestationLevel levelOf(AttestationResult result) {
    return switch (result.level()) {
      case SIMULATED -> AttestationLevel.SIMULATED;
      case TPM -> AttestationLevel.TPM;
      case TEE -> AttestationLevel.TEE;
    };
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
