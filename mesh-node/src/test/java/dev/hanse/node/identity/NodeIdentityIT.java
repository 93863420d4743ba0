package dev.hanse.node.identity;

import static dev.hanse.node.identity.RegionDesk.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeIdentityIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofSeconds(4);

  private final Vertx vertx = Vertx.vertx();
  private final List<NodeIdentity> nodes = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    nodes.forEach(NodeIdentity::close);
    await(vertx.close());
  }

  @Test
  void enrolsKnowingTheRoot() throws Exception {
    RegionDesk desk = open(HOUR);
    NodeIdentity node = node(desk, bundle(desk), RegionDesk.TOKEN);
    assertThat(node.isValid()).isFalse();
    assertThatThrownBy(node::current).isInstanceOf(IllegalStateException.class);

    MeshIdentity identity = await(node.start(Duration.ofSeconds(10)));

    assertThat(node.current()).isSameAs(identity);
    assertThat(identity.self().spiffeId())
        .isEqualTo("spiffe://hanse.internal/region/eu-west/provider/acme/node/gpu-1");
    assertThat(identity.roots()).containsExactly(desk.mesh.root());
    assertThat(node.isValid()).isTrue();
    assertThat(node.attestation().orElseThrow().level()).isEqualTo(AttestationLevel.SIMULATED);
  }

  @Test
  void enrolsKnowingTheRootsFingerprintOnly() throws Exception {
    RegionDesk desk = open(HOUR);
    String pin = Bytes.copyOf(desk.mesh.root().getEncoded()).sha256().hex();

    MeshIdentity identity =
        await(node(desk, new Trust.Pin(pin), RegionDesk.TOKEN).start(Duration.ofSeconds(10)));

    assertThat(identity.roots()).containsExactly(desk.mesh.root());
  }

  @Test
  void doesNotTalkToAControlPlaneOfAnotherRoot() throws Exception {
    RegionDesk desk = open(HOUR);
    RegionDesk other = new RegionDesk(vertx, HOUR);

    for (Trust trust : List.of(bundle(other), new Trust.Pin("00".repeat(32)))) {
      assertThatThrownBy(
              () -> await(node(desk, trust, RegionDesk.TOKEN).start(Duration.ofMillis(600))))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("enrolment with");
    }
  }

  @Test
  void doesNotTalkToAControlPlaneOfAnotherRegion() throws Exception {
    RegionDesk desk = open(HOUR);
    Joining joining =
        new Joining(
            List.of(desk.endpoint()),
            new RegionId("us-east"),
            new NodeId("acme", "gpu-1"),
            Set.of(Role.PROVIDER),
            Endpoint.NONE,
            RegionDesk.TOKEN,
            bundle(desk));

    assertThatThrownBy(() -> await(node(joining, desk.platform).start(Duration.ofMillis(600))))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("enrolment with");
  }

  @Test
  void givesUpAtOnceWhenRefusedForGood() throws Exception {
    RegionDesk desk = open(HOUR);

    assertThatThrownBy(() -> await(node(desk, bundle(desk), "guess").start(Duration.ofMinutes(1))))
        .cause()
        .isInstanceOfSatisfying(
            EnrolmentRefused.class,
            refused -> assertThat(refused.code()).isEqualTo("join-token-invalid"));
  }

  @Test
  void givesUpAtOnceWhenItsKeyIsOfNoUse() throws Exception {
    RegionDesk desk = open(HOUR);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp521r1"));
    NodeIdentity node =
        new NodeIdentity(
            vertx,
            joining(desk, bundle(desk), RegionDesk.TOKEN),
            generator::generateKeyPair,
            new SimulatedCollector(desk.platform, "hanse-test", InstantSource.system()),
            InstantSource.system(),
            new Random(1));
    nodes.add(node);

    assertThatThrownBy(() -> await(node.start(Duration.ofMinutes(1))))
        .cause()
        .isInstanceOf(EnrolmentRefused.class)
        .hasMessageContaining("key-unsupported");
  }

  @Test
  void waitsForAControlPlaneThatIsNotUpYet() throws Exception {
    RegionDesk desk = open(HOUR);
    desk.close();
    var starting = node(desk, bundle(desk), RegionDesk.TOKEN).start(Duration.ofSeconds(15));

    desk.open();

    assertThat(await(starting).self().dnsName()).isEqualTo("gpu-1.acme.eu-west.hanse.internal");
  }

  @Test
  void triesTheNextControlPlane() throws Exception {
    RegionDesk desk = open(HOUR);
    Joining joining =
        new Joining(
            List.of(new Endpoint("127.0.0.1", 1), desk.endpoint()),
            new RegionId("eu-west"),
            new NodeId("acme", "gpu-1"),
            Set.of(Role.PROVIDER),
            Endpoint.NONE,
            RegionDesk.TOKEN,
            bundle(desk));

    assertThat(await(node(joining, desk.platform).start(Duration.ofSeconds(10))).self().region())
        .isEqualTo(new RegionId("eu-west"));
  }

  @Test
  void renewsInTimeWithANewKeyAndWithoutTheToken() throws Exception {
    RegionDesk desk = open(SHORT);
    NodeIdentity node = node(desk, bundle(desk), RegionDesk.TOKEN);
    List<MeshIdentity> renewals = Collections.synchronizedList(new ArrayList<>());
    node.onRenewed(renewals::add);
    MeshIdentity first = await(node.start(Duration.ofSeconds(10)));
    desk.token.set("");

    await().atMost(Duration.ofSeconds(15)).until(() -> renewals.size() >= 2);

    assertThat(node.isValid()).isTrue();
    assertThat(renewals.getFirst().self()).isEqualTo(first.self());
    assertThat(renewals.getFirst().notAfter()).isAfter(first.notAfter());
    assertThat(renewals.getFirst().chain().getFirst().getPublicKey())
        .isNotEqualTo(first.chain().getFirst().getPublicKey());
  }

  @Test
  void isNotValidOnceItsIdentityEndedAndComesBackWithItsToken() throws Exception {
    RegionDesk desk = open(SHORT);
    NodeIdentity node = node(desk, bundle(desk), RegionDesk.TOKEN);
    CountDownLatch ended = new CountDownLatch(1);
    node.onExpired(ended::countDown);
    await(node.start(Duration.ofSeconds(10)));
    desk.close();

    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(node.isValid()).isFalse();

    desk.open();
    await().atMost(Duration.ofSeconds(15)).until(node::isValid);
  }

  @Test
  void keepsAKeyInAFileIfAskedTo(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("node.key");
    KeySource keys = KeySource.file(file, new SecureRandom());

    assertThat(keys.next().getPublic()).isEqualTo(keys.next().getPublic());
    assertThat(KeySource.fresh(new SecureRandom()).next().getPublic())
        .isNotEqualTo(keys.next().getPublic());
  }

  @Test
  void saysWhatIsWrongWithAKeyFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("node.key");
    KeyFiles.writeSecret(file, "hunter2");

    assertThatThrownBy(() -> KeySource.file(file, new SecureRandom()).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .message()
        .doesNotContain("hunter2");
  }

  private RegionDesk open(Duration leafLife) throws Exception {
    RegionDesk desk = new RegionDesk(vertx, leafLife);
    desk.open();
    return desk;
  }

  private static Trust bundle(RegionDesk desk) {
    return new Trust.Bundle(List.of(desk.mesh.root()));
  }

  private NodeIdentity node(RegionDesk desk, Trust trust, String token) {
    return node(joining(desk, trust, token), desk.platform);
  }

  private static Joining joining(RegionDesk desk, Trust trust, String token) {
    return new Joining(
        List.of(desk.endpoint()),
        new RegionId("eu-west"),
        new NodeId("acme", "gpu-1"),
        Set.of(Role.PROVIDER, Role.EDGE),
        new Endpoint("127.0.0.1", 7443),
        token,
        trust);
  }

  private NodeIdentity node(Joining joining, SimulatedPlatform platform) {
    NodeIdentity node =
        new NodeIdentity(
            vertx,
            joining,
            KeySource.fresh(new SecureRandom()),
            new SimulatedCollector(platform, "hanse-test", InstantSource.system()),
            InstantSource.system(),
            new Random(1));
    nodes.add(node);
    return node;
  }
}
