package dev.hanse.control.identity;

import dev.hanse.api.RegionId;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.api.tls.PeerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * The root of a mesh: its one job is to name each region's CA. Kept offline between regions in
 * earnest; the demo makes one in memory. Safe for use by many threads.
 */
public final class MeshAuthority {
  private static final String CERTIFICATE_FILE = "root.pem";
  private static final String KEY_FILE = "root.key";

  private final String trustDomain;
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final InstantSource clock;
  private final SecureRandom random;

  private MeshAuthority(
      PrivateKey key, X509Certificate certificate, InstantSource clock, SecureRandom random) {
    this.trustDomain = AuthorityNames.trustDomainOf(certificate);
    this.key = key;
    this.certificate = certificate;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Makes a new root.
   *
   * @throws IllegalArgumentException if {@code trustDomain} is not a lower-case DNS name
   */
  public static MeshAuthority create(String trustDomain, InstantSource clock, SecureRandom random) {
    return create(trustDomain, "Hanse mesh root", clock, random);
  }

  /** A root to follow this one, of another name: both are trusted for a while. */
  public MeshAuthority successor() {
    return create(
        trustDomain, "Hanse mesh root of " + clock.instant().getEpochSecond(), clock, random);
  }

  private static MeshAuthority create(
      String trustDomain, String commonName, InstantSource clock, SecureRandom random) {
    if (!PeerIdentity.TRUST_DOMAIN.matcher(trustDomain).matches()) {
      throw new IllegalArgumentException(
          "trust domain must look like hanse.internal, was \"" + trustDomain + "\"");
    }
    KeyPair pair = Signing.newKey(random);
    SubjectPublicKeyInfo publicKey =
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    X500Name name = name(commonName, trustDomain);
    Instant now = clock.instant();
    Signing.Draft draft =
        new Signing.Draft(
            name,
            name,
            publicKey,
            now.minus(CertificateLife.BACKDATED),
            now.plus(CertificateLife.ROOT),
            new BasicConstraints(1),
            KeyUsage.keyCertSign | KeyUsage.cRLSign,
            uri("spiffe://" + trustDomain));
    X509Certificate certificate =
        Signing.sign(Signing.builder(draft, publicKey, random), pair.getPrivate());
    return new MeshAuthority(pair.getPrivate(), certificate, clock, random);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException also if others may read the key
   */
  public static MeshAuthority load(Path directory, InstantSource clock, SecureRandom random)
      throws IOException {
    return load(directory, Optional.empty(), clock, random);
  }

  /** As above, for an encrypted key. */
  public static MeshAuthority load(
      Path directory, Optional<Passphrase> passphrase, InstantSource clock, SecureRandom random)
      throws IOException {
    return new MeshAuthority(
        SealedKey.read(directory.resolve(KEY_FILE), passphrase),
        KeyFiles.readCertificates(directory.resolve(CERTIFICATE_FILE)).getFirst(),
        clock,
        random);
  }

  /** Writes {@code root.pem} and {@code root.key} (0600); refuses to replace a key. */
  public void save(Path directory) throws IOException {
    save(directory, Optional.empty());
  }

  /** As above, the key encrypted. */
  public void save(Path directory, Optional<Passphrase> passphrase) throws IOException {
    Files.createDirectories(directory);
    SealedKey.write(directory.resolve(KEY_FILE), key, passphrase, random);
    KeyFiles.writeCertificates(directory.resolve(CERTIFICATE_FILE), List.of(certificate));
  }

  /**
   * Vouches for another root of the same trust domain: who trusts this one may trust that.
   *
   * @return that root's name and key, signed by this one
   * @throws IllegalArgumentException if it is of another trust domain
   */
  public X509Certificate crossSign(X509Certificate other) {
    if (!AuthorityNames.trustDomainOf(other).equals(trustDomain)) {
      throw new IllegalArgumentException("only roots of " + trustDomain + " are cross-signed");
    }
    Instant otherEnds = other.getNotAfter().toInstant();
    Instant ends = certificate.getNotAfter().toInstant();
    Signing.Draft draft =
        new Signing.Draft(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            X500Name.getInstance(other.getSubjectX500Principal().getEncoded()),
            SubjectPublicKeyInfo.getInstance(other.getPublicKey().getEncoded()),
            clock.instant().minus(CertificateLife.BACKDATED),
            otherEnds.isBefore(ends) ? otherEnds : ends,
            new BasicConstraints(1),
            KeyUsage.keyCertSign | KeyUsage.cRLSign,
            uri("spiffe://" + trustDomain));
    return Signing.sign(
        Signing.builder(
            draft,
            SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()),
            random),
        key);
  }

  /** Makes a region's CA: for its own region only, and with no CA below. */
  public RegionAuthority region(RegionId region) {
    return region(region, List.of(certificate), List.of());
  }

  /**
   * As above, in a mesh of several roots.
   *
   * @param roots the trust bundle, this one among them
   * @param crossed what the roots vouch for each other with
   */
  public RegionAuthority region(
      RegionId region, List<X509Certificate> roots, List<X509Certificate> crossed) {
    KeyPair pair = Signing.newKey(random);
    SubjectPublicKeyInfo publicKey =
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    Instant now = clock.instant();
    Instant longest = now.plus(CertificateLife.REGION_CA);
    Instant rootEnds = certificate.getNotAfter().toInstant();
    Signing.Draft draft =
        new Signing.Draft(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            name("Hanse region " + region, trustDomain),
            publicKey,
            now.minus(CertificateLife.BACKDATED),
            longest.isBefore(rootEnds) ? longest : rootEnds,
            new BasicConstraints(0),
            KeyUsage.keyCertSign | KeyUsage.cRLSign,
            uri(PeerIdentity.spiffeIdOfRegion(trustDomain, region)));
    X509v3CertificateBuilder builder =
        Signing.builder(
            draft,
            SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()),
            random);
    try {
      builder.addExtension(Extension.nameConstraints, true, only(region));
    } catch (CertIOException broken) {
      throw new IllegalStateException("name constraints cannot be encoded", broken);
    }
    return new RegionAuthority(
        pair.getPrivate(),
        Signing.sign(builder, key),
        roots,
        crossed,
        new RegionAuthority.Means(clock, random, CertificateLife.STANDARD));
  }

  public String trustDomain() {
    return trustDomain;
  }

  /** The trust bundle's one root. */
  public X509Certificate root() {
    return certificate;
  }

  /**
   * What a verifier that knows nothing of Hanse can enforce: DNS names of the region, and URIs of
   * the trust domain. The region inside the URI is checked by {@code MeshTrust}.
   */
  private NameConstraints only(RegionId region) {
    return new NameConstraints(
        new GeneralSubtree[] {
          new GeneralSubtree(
              new GeneralName(GeneralName.dNSName, region + "." + PeerIdentity.DNS_SUFFIX)),
          new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, trustDomain))
        },
        null);
  }

  private static X500Name name(String commonName, String trustDomain) {
    return new X500NameBuilder()
        .addRDN(BCStyle.O, trustDomain)
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  private static GeneralNames uri(String uri) {
    return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }
}
