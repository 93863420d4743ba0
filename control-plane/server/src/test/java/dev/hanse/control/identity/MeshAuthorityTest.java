package dev.hanse.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.x509.SubjectKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshAuthorityTest {
  private static final RegionId EU_WEST = new RegionId("eu-west");

  private final SecureRandom random = new SecureRandom();
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final InstantSource clock = InstantSource.fixed(now);
  private final MeshAuthority mesh = MeshAuthority.create("hanse.internal", clock, random);
  private final RegionAuthority region = mesh.region(EU_WEST);
  private final KeyPair key = Signing.newKey(random);
  private final NodeClaims claims =
      new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("edge", "provider"));

  @Test
  void issuesALeafThatNamesTheNodeAndHoldsWithItsKey() {
    IssuedIdentity issued = region.issue(binding(claims), result(claims, Duration.ofHours(2)));

    MeshIdentity identity =
        new MeshIdentity(key.getPrivate(), issued.chain(), List.of(mesh.root()));
    assertThat(identity.self())
        .isEqualTo(
            new PeerIdentity.Node(
                "hanse.internal",
                EU_WEST,
                new NodeId("acme", "gpu-1"),
                Set.of(Role.EDGE, Role.PROVIDER)));
    assertThat(issued.chain().getFirst().getPublicKey()).isEqualTo(key.getPublic());
  }

  @Test
  void aLeafLivesAnHourAtMostAndIsRenewedAfterTwoThirdsLessJitter() {
    for (int issue = 0; issue < 50; issue++) {
      IssuedIdentity issued = region.issue(binding(claims), result(claims, Duration.ofHours(2)));

      assertThat(issued.notAfter()).isEqualTo(now.plus(Duration.ofHours(1)));
      assertThat(issued.renewAt())
          .isBetween(now.plus(Duration.ofMinutes(34)), now.plus(Duration.ofMinutes(40)));
    }
  }

  @Test
  void aLeafEndsWithItsAttestation() {
    IssuedIdentity issued = region.issue(binding(claims), result(claims, Duration.ofMinutes(5)));

    assertThat(issued.notAfter()).isEqualTo(now.plus(Duration.ofMinutes(5)));
    assertThat(issued.renewAt()).isBefore(issued.notAfter());
  }

  @Test
  void noLeafCanBeMadeToLiveLonger() {
    assertThatThrownBy(() -> new CertificateLife(Duration.ofHours(1).plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CertificateLife(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLeafTellsWhatItRestsOn() {
    AttestationResult result = result(claims, Duration.ofHours(1));
    X509Certificate leaf = region.issue(binding(claims), result).chain().getFirst();

    AttestationStamp stamp = AttestationStamp.of(leaf).orElseThrow();
    assertThat(stamp.summary().technology()).isEqualTo("simulated");
    assertThat(stamp.summary().level()).isEqualTo(AttestationLevel.SIMULATED);
    assertThat(stamp.summary().expiresAt()).isEqualTo(now.plus(Duration.ofHours(1)));
    assertThat(stamp.evidenceDigest()).isEqualTo(result.evidenceDigest().hex());
    assertThat(stamp.policy()).isEqualTo("test-1");
  }

  @Test
  void refusesAResultAboutAnotherKeyOrNode() {
    AttestationResult result = result(claims, Duration.ofHours(1));
    NodeClaims renamed =
        new NodeClaims("acme", "gpu-2", "eu-west", "127.0.0.1", 7443, claims.roles());
    Binding otherKey = new Binding(nonce(), subject(Signing.newKey(random)), claims);

    assertThatThrownBy(() -> region.issue(binding(renamed), result))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another nonce, key or node");
    assertThatThrownBy(() -> region.issue(otherKey, result))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void issuesForItsOwnRegionOnlyAndNeverTheControlRole() {
    for (NodeClaims impossible :
        List.of(
            new NodeClaims("acme", "gpu-1", "us-east", "127.0.0.1", 7443, Set.of("edge")),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("control")),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("edge", "admin")),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of()),
            new NodeClaims("Acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("edge")),
            new NodeClaims("acme", "a.b", "eu-west", "127.0.0.1", 7443, Set.of("edge")),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 70_000, Set.of("edge")),
            new NodeClaims("acme", "gpu-1", "eu-west", "", 7443, Set.of("edge")))) {
      assertThatThrownBy(() -> region.nodeOf(impossible))
          .as("%s", impossible)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void serialsAreLargePositiveAndNeverTheSame() {
    X509Certificate one = region.controlIdentity().chain().getFirst();
    X509Certificate other = region.controlIdentity().chain().getFirst();

    assertThat(one.getSerialNumber()).isNotEqualTo(other.getSerialNumber());
    assertThat(one.getSerialNumber().signum()).isEqualTo(1);
    assertThat(one.getSerialNumber().bitLength()).isEqualTo(128);
  }

  @Test
  void aControlPlaneIssuesItsOwnIdentity() {
    MeshIdentity control = region.controlIdentity();

    assertThat(control.self()).isEqualTo(new PeerIdentity.ControlPlane("hanse.internal", EU_WEST));
    assertThat(control.notAfter()).isEqualTo(now.plus(Duration.ofHours(1)));
    assertThat(AttestationStamp.of(control.chain().getFirst())).isEmpty();
    assertThat(region.renewAt(control)).isBetween(now, control.notAfter());
  }

  @Test
  void authoritiesComeBackFromTheirFilesAndGoOn(@TempDir Path directory) throws Exception {
    mesh.save(directory.resolve("mesh"));
    region.save(directory.resolve("region"));

    MeshAuthority sameMesh = MeshAuthority.load(directory.resolve("mesh"), clock, random);
    RegionAuthority sameRegion =
        RegionAuthority.load(directory.resolve("region"), CertificateLife.STANDARD, clock, random);

    assertThat(sameMesh.root()).isEqualTo(mesh.root());
    assertThat(sameMesh.trustDomain()).isEqualTo("hanse.internal");
    assertThat(sameRegion.roots()).containsExactly(mesh.root());
    assertThat(sameRegion.controlIdentity().self()).isEqualTo(region.controlIdentity().self());
    assertThat(sameMesh.region(new RegionId("us-east")).controlIdentity().self().region())
        .isEqualTo(new RegionId("us-east"));
  }

  @Test
  void keysAreWrittenForTheirOwnerAndNotReadIfOthersCould(@TempDir Path directory)
      throws Exception {
    region.save(directory);
    Path keyFile = directory.resolve("region.key");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)))
        .isEqualTo("rw-------");

    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(
            () -> RegionAuthority.load(directory, CertificateLife.STANDARD, clock, random))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aKeyIsNeverReplaced(@TempDir Path directory) throws Exception {
    region.save(directory);

    assertThatThrownBy(() -> mesh.region(EU_WEST).save(directory))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aTrustDomainIsADnsName() {
    for (String wrong : List.of("", "Hanse", "a..b", "a/b", "-a", "a".repeat(129))) {
      assertThatThrownBy(() -> MeshAuthority.create(wrong, clock, random))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Binding binding(NodeClaims of) {
    return new Binding(nonce(), subject(key), of);
  }

  private AttestationResult result(NodeClaims of, Duration life) {
    SimulatedPlatform platform = SimulatedPlatform.generate(random);
    Appraiser appraiser =
        new Appraiser(
            List.of(new SimulatedVerifier(List.of(platform.root()))),
            new AppraisalPolicy(
                "test",
                1,
                Set.of("simulated"),
                List.of(),
                Composition.ANY,
                Duration.ofMinutes(2),
                Duration.ZERO,
                life));
    Bytes reportData = binding(of).reportData();
    Appraisal appraisal = appraiser.appraise(platform.quote(reportData, "m", now), reportData, now);
    return ((Appraisal.Accepted) appraisal).result();
  }

  private static Bytes nonce() {
    return Bytes.copyOf(new byte[32]);
  }

  private static SubjectKey subject(KeyPair pair) {
    return SubjectKey.read(Bytes.copyOf(pair.getPublic().getEncoded()));
  }
}
