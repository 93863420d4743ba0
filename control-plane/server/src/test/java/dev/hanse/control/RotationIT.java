package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.RegionId;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.control.identity.CertificateLife;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.Passphrase;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.store.MemoryLedger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A region's CA and the root change while the mesh runs. */
class RotationIT {
  private static final Optional<Passphrase> PASSPHRASE =
      Optional.of(new Passphrase("correct horse battery"));

  @TempDir Path folder;
  private final Bench bench = new Bench();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void leavesOfTheOldCaAreStillAcceptedAndNewOnesAreOfTheNew() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    try (ScriptedNode before = bench.node(EU, "gpu-1", eu.rpc())) {
      before.join(1);
      await().until(() -> before.answers().stream().anyMatch(answer -> answer.hasLease()));
      EnrollResponse old = EnrolmentIT.enrol(bench, eu, EnrolmentIT.joinToken(eu, "acme"));

      Bench.get(eu.rotate(bench.ca.another(EU)));

      EnrollResponse fresh = EnrolmentIT.enrol(bench, eu, EnrolmentIT.joinToken(eu, "acme"));
      assertThat(fresh.getIdentity().getCertificateChainDer(1))
          .isNotEqualTo(old.getIdentity().getCertificateChainDer(1));
      assertThat(before.ended()).isNotDone();
      before.join(2);
      await()
          .until(() ->
              before.answers().stream().anyMatch(answer -> answer.hasLease())
                  && !before.ended().isDone());
    }
  }

  @Test
  void whatIsSavedEncryptedIsLoadedWithItsPassphraseOnly() throws Exception {
    MeshAuthority mesh = mesh();
    mesh.save(folder, PASSPHRASE);
    RegionAuthority region = mesh.region(EU);
    region.save(folder.resolve("eu"), PASSPHRASE);

    RegionAuthority loaded = load(PASSPHRASE);

    assertThat(loaded.controlIdentity().self().region()).isEqualTo(EU);
    assertThat(
            MeshAuthority.load(folder, PASSPHRASE, InstantSource.system(), new SecureRandom())
                .root())
        .isEqualTo(mesh.root());
    assertThatThrownBy(() -> load(Optional.empty())).hasMessageContaining("is encrypted");
    assertThatThrownBy(() -> load(Optional.of(new Passphrase("another horse"))))
        .hasMessageContaining("does not open");
  }

  @Test
  void aNewRootIsVouchedForByTheOldOneAndBothBundlesVerifyBothLeaves() throws Exception {
    MeshAuthority old = mesh();
    RegionAuthority region = old.region(EU);
    MeshIdentity oldLeaf = region.controlIdentity();
    MeshAuthority next = old.successor();
    List<X509Certificate> both = List.of(next.root(), old.root());
    RegionAuthority rotated =
        next.region(EU, both, List.of(old.crossSign(next.root()), next.crossSign(old.root())));
    region.save(folder.resolve("eu"), PASSPHRASE);
    rotated.replace(folder.resolve("eu"), PASSPHRASE);

    region.adopt(load(PASSPHRASE));

    MeshIdentity newLeaf = region.controlIdentity();
    assertThat(newLeaf.root()).isEqualTo(next.root());
    assertThat(newLeaf.roots()).containsExactlyElementsOf(both);
    assertThat(new MeshIdentity(oldLeaf.key(), oldLeaf.chain(), both).root()).isEqualTo(old.root());
    old.crossSign(next.root()).verify(old.root().getPublicKey());
  }

  @Test
  void anotherRegionsAuthorityIsNotAdopted() {
    MeshAuthority mesh = mesh();

    assertThatThrownBy(() -> mesh.region(EU).adopt(mesh.region(new RegionId("us-east"))))
        .isInstanceOf(IllegalArgumentException.class);
    MeshAuthority stranger =
        MeshAuthority.create("other.internal", InstantSource.system(), new SecureRandom());
    assertThatThrownBy(() -> mesh.crossSign(stranger.root()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static MeshAuthority mesh() {
    return MeshAuthority.create("hanse.internal", InstantSource.system(), new SecureRandom());
  }

  private RegionAuthority load(Optional<Passphrase> passphrase) throws Exception {
    return RegionAuthority.load(
        folder.resolve("eu"),
        passphrase,
        CertificateLife.STANDARD,
        InstantSource.system(),
        new SecureRandom());
  }
}
