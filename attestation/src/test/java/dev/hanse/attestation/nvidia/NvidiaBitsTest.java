package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.BitFlips;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.x509.Anchors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits of reports, of their certificates, and of manifests with theirs. */
@Tag("fuzz")
class NvidiaBitsTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final Bytes REPORT = FORGE.good();
  private static final List<Bytes> CHAIN = FORGE.chain();
  private static final Anchors ANCHORS = Anchors.of(List.of(FORGE.rims.root.certificate()));
  private static final Bytes RIM = FORGE.rims.signed(RimForge.driver());

  /** Nothing in a report is unsigned. */
  @Test
  void refusesEveryFlippedBitOfAReport() {
    BitFlips.refused(REPORT, flipped -> FORGE.outcome(flipped).equals(Outcome.OK));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void refusesFlippedBitsOfACertificate(int place) {
    BitFlips.refusedByTheByte(
        CHAIN.get(place),
        0,
        CHAIN.get(place).size(),
        flipped -> {
          List<Bytes> chain = new ArrayList<>(CHAIN);
          chain.set(place, flipped);
          return FORGE.outcome(REPORT, chain).equals(Outcome.OK);
        });
  }

  @Test
  void refusesEveryFlippedBitOfWhatAManifestSays() {
    BitFlips.refused(RIM, 0, at("<ds:SignatureValue>"), NvidiaBitsTest::isTaken);
  }

  @Test
  void refusesFlippedBitsOfAManifestsSignatureAndCertificates() {
    BitFlips.refusedByTheByte(RIM, at("<ds:SignatureValue>"), RIM.size(), NvidiaBitsTest::isTaken);
  }

  private static int at(String mark) {
    return new String(RIM.toArray(), StandardCharsets.ISO_8859_1).indexOf(mark);
  }

  private static boolean isTaken(Bytes manifest) {
    try {
      RimDocument.verified(manifest, ANCHORS, NvidiaForge.NOW);
      return true;
    } catch (Rejection refused) {
      return false;
    }
  }
}
