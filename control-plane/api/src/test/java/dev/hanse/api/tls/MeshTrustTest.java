package dev.hanse.api.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class MeshTrustTest {
  private static final String NODE_URI =
      "spiffe://hanse.internal/region/eu-west/provider/acme/node/gpu-1";

  private final TestMesh mesh = new TestMesh();
  private final TestMesh.Ca europe = mesh.region("eu-west");
  private final KeyPair key = TestMesh.key();

  @Test
  void readsANodeFromItsCertificate() {
    MeshIdentity identity = mesh.node(europe, "eu-west", "gpu-1");

    assertThat(identity.self())
        .isEqualTo(
            new PeerIdentity.Node(
                "hanse.internal",
                new RegionId("eu-west"),
                new NodeId("acme", "gpu-1"),
                Set.of(Role.EDGE, Role.PROVIDER)));
    assertThat(identity.self().spiffeId()).isEqualTo(NODE_URI);
    assertThat(identity.self().dnsName()).isEqualTo("gpu-1.acme.eu-west.hanse.internal");
  }

  @Test
  void readsAControlPlaneFromItsCertificate() {
    assertThat(mesh.control(europe, "eu-west").self())
        .isEqualTo(new PeerIdentity.ControlPlane("hanse.internal", new RegionId("eu-west")));
  }

  @Test
  void neverPrintsTheKey() {
    assertThat(mesh.node(europe, "eu-west", "gpu-1").toString()).startsWith(NODE_URI + " until ");
  }

  @Test
  void refusesACertificateOfAnotherKey() {
    List<X509Certificate> chain = mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1"));

    assertThatThrownBy(
            () -> new MeshIdentity(TestMesh.key().getPrivate(), chain, List.of(mesh.root)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the certificate is not of this key");
  }

  @Test
  void refusesALeafOfARegionItsIssuerDoesNotSpeakFor() {
    refuses(
        mesh.chain(europe, mesh.node(key, "us-east", "gpu-1")),
        "issuing CA must be spiffe://hanse.internal/region/us-east");
  }

  @Test
  void refusesALeafOfAnotherTrustDomain() {
    refuses(
        mesh.chain(
            europe,
            new TestMesh.Draft("CN=x,OU=edge", key)
                .leaf()
                .name(
                    GeneralName.uniformResourceIdentifier,
                    "spiffe://other.example/region/eu-west/provider/acme/node/gpu-1")
                .name(GeneralName.dNSName, "gpu-1.acme.eu-west.hanse.internal")),
        "issuing CA must be spiffe://other.example");
  }

  @Test
  void refusesADnsNameThatIsNotTheUrisOwn() {
    refuses(
        mesh.chain(
            europe,
            new TestMesh.Draft("CN=x,OU=edge", key)
                .leaf()
                .name(GeneralName.uniformResourceIdentifier, NODE_URI)
                .name(GeneralName.dNSName, "gpu-2.acme.eu-west.hanse.internal")),
        "does not belong to");
  }

  @Test
  void refusesASecondName() {
    refuses(
        mesh.chain(
            europe, mesh.node(key, "eu-west", "gpu-1").name(GeneralName.dNSName, "extra.example")),
        "exactly one URI and one DNS name");
    refuses(
        mesh.chain(
            europe, mesh.node(key, "eu-west", "gpu-1").name(GeneralName.iPAddress, "127.0.0.1")),
        "exactly one URI and one DNS name");
  }

  @Test
  void refusesARoleItDoesNotKnowAndALeafWithoutOne() {
    refuses(mesh.chain(europe, leafWithSubject("CN=x,OU=admin")), "role must be");
    refuses(mesh.chain(europe, leafWithSubject("CN=x")), "roles must be");
    refuses(mesh.chain(europe, leafWithSubject("CN=x,OU=control")), "roles must be");
  }

  @Test
  void refusesALeafThatIsACaOrMaySignMoreThanHandshakes() {
    refuses(
        mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1").ca(0, KeyUsage.digitalSignature)),
        "a leaf must not be a CA");
    refuses(
        mesh.chain(
            europe,
            mesh.node(key, "eu-west", "gpu-1")
                .usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
        "must not have bit 5");
    refuses(
        mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1").usage(KeyUsage.keyEncipherment)),
        "lacks bit 0");
  }

  @Test
  void refusesALeafWithoutBothPurposes() {
    refuses(
        mesh.chain(
            europe,
            new TestMesh.Draft("CN=x,OU=edge", key)
                .name(GeneralName.uniformResourceIdentifier, NODE_URI)
                .name(GeneralName.dNSName, "gpu-1.acme.eu-west.hanse.internal")),
        "extended key usage");
  }

  @Test
  void refusesARegionCaThatMayHaveACaBelow() {
    refuses(
        mesh.chain(
            brokenCa(new TestMesh.Draft("CN=eu-west", key).ca(1, TestMesh.CA_USAGE)),
            mesh.node(key, "eu-west", "gpu-1")),
        "path length 0");
  }

  @Test
  void refusesARegionCaThatIsNoCaOrMayNotSign() {
    refuses(
        mesh.chain(
            brokenCa(new TestMesh.Draft("CN=eu-west", key).usage(KeyUsage.keyCertSign)),
            mesh.node(key, "eu-west", "gpu-1")),
        "path length 0");
    refuses(
        mesh.chain(
            brokenCa(new TestMesh.Draft("CN=eu-west", key).ca(0, KeyUsage.digitalSignature)),
            mesh.node(key, "eu-west", "gpu-1")),
        "key usage");
  }

  @Test
  void refusesALeafSignedByANode() {
    KeyPair nodeKey = TestMesh.key();
    X509Certificate node = mesh.chain(europe, mesh.node(nodeKey, "eu-west", "gpu-1")).getFirst();

    refuses(
        mesh.chain(new TestMesh.Ca(nodeKey, node), mesh.node(key, "eu-west", "gpu-2")),
        "path length 0");
  }

  @Test
  void refusesChainsOfAnotherLengthOrRoot() {
    List<X509Certificate> good = mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1"));

    refuses(List.of(good.getFirst()), "was 1 long");
    refuses(List.of(good.get(0), good.get(1), mesh.root), "was 3 long");
    assertThatThrownBy(() -> MeshTrust.requireWellFormed(good, List.of(new TestMesh().root)))
        .hasMessageContaining("not signed by a root");
    assertThatThrownBy(() -> MeshTrust.requireWellFormed(good, List.of()))
        .hasMessageContaining("bundle is empty");
  }

  @Test
  void refusesALeafWhichItsCompanionDidNotSign() {
    TestMesh.Ca impostor = new TestMesh.Ca(TestMesh.key(), europe.certificate());

    refuses(
        mesh.chain(impostor, mesh.node(key, "eu-west", "gpu-1")), "not signed by the region CA");
  }

  private TestMesh.Ca brokenCa(TestMesh.Draft draft) {
    return new TestMesh.Ca(
        key,
        mesh.sign(
            draft.name(
                GeneralName.uniformResourceIdentifier, "spiffe://hanse.internal/region/eu-west")));
  }

  private TestMesh.Draft leafWithSubject(String subject) {
    return new TestMesh.Draft(subject, key)
        .leaf()
        .name(GeneralName.uniformResourceIdentifier, NODE_URI)
        .name(GeneralName.dNSName, "gpu-1.acme.eu-west.hanse.internal");
  }

  private void refuses(List<X509Certificate> chain, String reason) {
    assertThatThrownBy(() -> MeshTrust.requireWellFormed(chain, List.of(mesh.root)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
