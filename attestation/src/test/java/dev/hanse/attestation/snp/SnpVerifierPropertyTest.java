package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.RevocationList;
import dev.hanse.attestation.x509.Scheme;
import dev.hanse.attestation.x509.TestKeys;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No bit of accepted evidence can change, and nothing but a typed refusal comes of trying. */
class SnpVerifierPropertyTest {
  private final TamperedSnp machine = new TamperedSnp();
  private final Bytes body = machine.body;
  private final Bytes leaf = machine.leaf;
  private final Bytes issuer = machine.issuer;
  private final Bytes root = machine.root;

  @Test
  void refusesEveryFlippedBitOfTheReportItsSignatureAndWhatIsBehind() {
    assertThat(accepts(body, leaf, issuer, root)).isTrue();
    for (int bit = 0; bit < body.size() * 8; bit++) {
      assertThat(accepts(flipped(body, bit), leaf, issuer, root)).as("bit %d", bit).isFalse();
    }
  }

  @Test
  void refusesEveryFlippedBitOfEveryCertificate() {
    for (int bit = 0; bit < leaf.size() * 8; bit++) {
      assertThat(accepts(body, flipped(leaf, bit), issuer, root)).as("leaf %d", bit).isFalse();
    }
    for (int bit = 0; bit < issuer.size() * 8; bit++) {
      assertThat(accepts(body, leaf, flipped(issuer, bit), root)).as("issuer %d", bit).isFalse();
    }
    for (int bit = 0; bit < root.size() * 8; bit++) {
      assertThat(accepts(body, leaf, issuer, flipped(root, bit))).as("root %d", bit).isFalse();
    }
  }

  @Test
  void refusesEveryFlippedBitOfTheRevocationList() {
    Bytes list = machine.forge.revocations().signedBy(machine.forge.rootKey(), Scheme.PSS);
    for (int bit = 0; bit < list.size() * 8; bit++) {
      Bytes changed = flipped(list, bit);
      assertThatThrownBy(() ->
              RevocationList.verify(
                  changed, machine.forge.root, SnpForge.NOW, Set.of(Chain.RSASSA_PSS)))
          .as("bit %d", bit)
          .isInstanceOf(Rejection.class);
    }
  }

  @Test
  void refusesEveryTruncationOfEveryPart() {
    for (int size = 0; size < body.size(); size++) {
      assertThat(accepts(cut(body, size), leaf, issuer, root)).isFalse();
    }
    for (int size = 0; size < leaf.size(); size++) {
      assertThat(accepts(body, cut(leaf, size), issuer, root)).isFalse();
    }
    for (int size = 0; size < issuer.size(); size++) {
      assertThat(accepts(body, leaf, cut(issuer, size), root)).isFalse();
    }
    for (int size = 0; size < root.size(); size++) {
      assertThat(accepts(body, leaf, issuer, cut(root, size))).isFalse();
    }
  }

  @Test
  void refusesTrailingBytesOnEveryPart() {
    assertThat(accepts(longer(body), leaf, issuer, root)).isFalse();
    assertThat(accepts(body, longer(leaf), issuer, root)).isFalse();
    assertThat(accepts(body, leaf, longer(issuer), root)).isFalse();
    assertThat(accepts(body, leaf, issuer, longer(root))).isFalse();
  }

  @Test
  void refusesReportsAndCertificatesOfDifferentMachines() {
    SnpForge other = SnpForge.vcek(Product.MILAN);
    other.leafKey = TestKeys.ec("secp384r1");
    other.signingKey = other.leafKey;
    Bytes otherLeaf = CertificateForge.encoded(other.leaf());

    assertThat(accepts(other.body(), otherLeaf, issuer, root)).isTrue();
    assertThat(accepts(other.body(), leaf, issuer, root)).isFalse();
    assertThat(accepts(body, otherLeaf, issuer, root)).isFalse();
  }

  @Test
  void staysFarBelowTheBoundOfWhatOneInputMayAllocate() {
    SnpForge fresh = SnpForge.vcek(Product.MILAN);
    fresh.leafKey = TestKeys.ec("secp384r1");
    fresh.signingKey = fresh.leafKey;
    Evidence evidence = fresh.evidence();
    SnpVerifier complete = fresh.verifier();
    SnpForge.accepted(complete.verify(machine.forge.evidence(), SnpForge.NOW));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    Verification verification = complete.verify(evidence, SnpForge.NOW);

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(512 * 1024);
    SnpForge.accepted(verification);
  }

  private boolean accepts(Bytes report, Bytes... certificates) {
    return machine.accepts(report, certificates);
  }

  private static Bytes flipped(Bytes good, int bit) {
    byte[] bytes = good.toArray();
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    return Bytes.copyOf(bytes);
  }

  private static Bytes cut(Bytes good, int size) {
    return Bytes.copyOf(Arrays.copyOf(good.toArray(), size));
  }

  private static Bytes longer(Bytes good) {
    return cut(good, good.size() + 1);
  }
}
