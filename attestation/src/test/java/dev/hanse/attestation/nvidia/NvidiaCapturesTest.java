package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.vectors.SharedVectors;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Genuine evidence and manifests, changed in one place each; skipped where they are absent. */
class NvidiaCapturesTest {
  private static final Path REAL = SharedVectors.folder("nvidia-gpu").resolve("real");
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final String HOPPER = "hopper-550.90.07";

  @BeforeAll
  static void needsTheCaptures() {
    assumeTrue(Files.isDirectory(REAL), "shared vectors of nvidia-gpu are not here");
  }

  @Test
  void pinsTheRootsNvidiaPublishes() throws Exception {
    assertThat(
            Anchors.fingerprint(
                Certificates.ofPem(file("nvidia_device_identity_root.pem")).getFirst()))
        .isEqualTo(NvidiaVerifier.DEVICE_ROOT);
    assertThat(Anchors.fingerprint(Certificates.ofPem(file("nvidia_rim_root.pem")).getFirst()))
        .isEqualTo(NvidiaVerifier.RIM_ROOT);
  }

  @Test
  void refusesTheGenuineReportChanged() throws IOException {
    byte[] good = file(HOPPER + ".spdm.bin").toArray();
    Bytes chain = file(HOPPER + ".chain.pem");
    assertThat(outcome(Bytes.copyOf(good), chain)).isEqualTo(Outcome.OK);
    for (int at : new int[] {4, 36, 60, 1000, 3564, 3580, good.length - 1}) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      assertThat(outcome(Bytes.copyOf(changed), chain))
          .as("byte %d", at)
          .isEqualTo("CRYPTO SIGNATURE");
    }
    byte[] blocks = good.clone();
    blocks[41] ^= 1;
    assertThat(outcome(Bytes.copyOf(blocks), chain)).isEqualTo("PARSE LENGTH");
    byte[] opaque = good.clone();
    opaque[3597] = (byte) 0xFF;
    opaque[3598] = (byte) 0xFF;
    assertThat(outcome(Bytes.copyOf(opaque), chain)).isEqualTo("PARSE LENGTH");
  }

  @Test
  void refusesReportsWithAnotherDevicesChain() throws IOException {
    List<String> captures =
        List.of(HOPPER, "hopper-535.86.09", "blackwell-590.48.01", "switch-ls10-96.10.55");
    for (String report : captures) {
      for (String chain : captures) {
        assertThat(outcome(file(report + ".spdm.bin"), file(chain + ".chain.pem")))
            .isEqualTo(report.equals(chain) ? Outcome.OK : "CRYPTO SIGNATURE");
      }
    }
  }

  @Test
  void matchesTheSwitchsManifestFoundByItsName() throws IOException {
    Bytes rim = file("rim/switch-5612_0002_890_9610550001.xml");
    CollateralStore store =
        CollateralStore.of(
            Map.of(
                new CollateralStore.Id("nvidia-gpu/rim", "NV_SWITCH_BIOS_5612_0002_890_9610550001"),
                rim));
    Verification verification =
        NvidiaVerifier.production(() -> store)
            .verify(
                NvidiaForge.evidence(
                    file("switch-ls10-96.10.55.spdm.bin"),
                    List.of(file("switch-ls10-96.10.55.chain.pem"))),
                NOW);

    assertThat(verification).isInstanceOf(Verification.Verified.class);
    assertThat(((Verification.Verified) verification).claims().measurements())
        .hasEntrySatisfying("rim-vbios", told -> assertThat(told).endsWith("31 of 31 equal"));
  }

  @Test
  void refusesTheGenuineManifestChanged() throws IOException {
    String xml =
        new String(
            file("rim/switch-5612_0002_890_9610550001.xml").toArray(), StandardCharsets.UTF_8);

    assertThat(rim(xml)).isEqualTo("OK");
    assertThat(rim(xml.replaceFirst("Hash0=\"9083", "Hash0=\"9084"))).isEqualTo("XML_DIGEST");
    assertThat(rim(xml.replaceFirst("index=\"1\"", "index=\"0\""))).isEqualTo("XML_DIGEST");
    assertThat(rim("<x>" + xml + "</x>")).isEqualTo("STRUCTURE");
    assertThat(rim("<!DOCTYPE x [<!ENTITY e \"\">]>" + xml)).isEqualTo("XML_DOCTYPE");
    assertThat(rim(xml.replace("<ds:SignatureValue>", "<ds:SignatureValue>A")))
        .isEqualTo("XML_SIGNATURE");
  }

  private static String rim(String xml) {
    try {
      RimDocument.verified(
          Bytes.copyOf(xml.getBytes(StandardCharsets.UTF_8)),
          Anchors.pinned(Set.of(NvidiaVerifier.RIM_ROOT)),
          NOW);
      return "OK";
    } catch (Rejection rejection) {
      return rejection.refusal().reason().name();
    }
  }

  private static String outcome(Bytes report, Bytes chain) {
    return Outcome.of(
        NvidiaVerifier.production(() -> CollateralStore.EMPTY)
            .verify(NvidiaForge.evidence(report, List.of(chain)), NOW));
  }

  private static Bytes file(String name) throws IOException {
    return Bytes.copyOf(Files.readAllBytes(REAL.resolve(name)));
  }
}
