package dev.hanse.attestation.azure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No part of accepted evidence can change and say something else. */
class AzureHostilePropertyTest {
  /** Version and length before the HCL report, its header. */
  private static final int TEE_REPORT_AT = 1 + 4 + 0x20;

  private static final int TEE_REPORT_BYTES = 1184;
  private static final int LONG_RUN = 100_000;

  @Test
  void everyBitOfAnSnpMachinesEvidenceCounts() throws Exception {
    assertThat(changeable(AzureForge.onSnp())).isEmpty();
  }

  /**
   * But those of the TD report, which is signed by nobody and nothing is read from, and what stands
   * between the lines of the quote's certificates.
   */
  @Test
  void everyOtherBitOfATdxMachinesEvidenceCounts() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    byte[] body = forge.body().toBytes().toArray();
    int text = new String(body, ISO_8859_1).indexOf("-----BEGIN CERTIFICATE-----");

    assertThat(changeable(forge))
        .containsAll(
            IntStream.range(TEE_REPORT_AT, TEE_REPORT_AT + TEE_REPORT_BYTES).boxed().toList())
        .filteredOn(at -> at < TEE_REPORT_AT || at >= TEE_REPORT_AT + TEE_REPORT_BYTES)
        .allSatisfy(at -> assertThat(at).isGreaterThan(text))
        .allSatisfy(at -> assertThat(body[at]).as("byte %d", at).isIn((byte) '\n', (byte) 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesEvidenceCutAnywhereOrWithAnythingBehind(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    AzureVerifier verifier = forge.verifier();
    byte[] good = forge.body().toBytes().toArray();

    for (int length = 0; length <= good.length + 1; length++) {
      if (length != good.length) {
        assertThat(
                Outcome.of(
                    verifier.verify(
                        forge.evidence(Bytes.copyOf(Arrays.copyOf(good, length))), AzureForge.AT)))
            .as("%d of %d bytes", length, good.length)
            .startsWith("PARSE");
      }
    }
  }

  /**
   * Flips one bit of every byte, each time another; all eight in a long run. Evidence that is still
   * accepted must state the same.
   *
   * @return the bytes that could change
   */
  private static List<Integer> changeable(AzureForge forge) throws Exception {
    AzureVerifier verifier = forge.verifier();
    byte[] good = forge.body().toBytes().toArray();
    VerifiedClaims claims =
        AzureVerifierTest.accepted(
            verifier.verify(forge.evidence(Bytes.copyOf(good)), AzureForge.AT));
    int bits = Integer.getInteger("hanse.fuzz.executions", 0) >= LONG_RUN ? Byte.SIZE : 1;
    BitSet changeable = new BitSet();
    for (int flip = 0; flip < good.length * bits; flip++) {
      int at = flip / bits;
      byte[] flipped = good.clone();
      flipped[at] ^= (byte) (1 << (at + flip % bits) % Byte.SIZE);
      if (verifier.verify(forge.evidence(Bytes.copyOf(flipped)), AzureForge.AT)
          instanceof Verification.Verified(var changed)) {
        changeable.set(at);
        assertThat(changed.bound()).as("byte %d", at).isEqualTo(claims.bound());
        assertThat(changed.statement().facts())
            .as("byte %d", at)
            .isEqualTo(claims.statement().facts());
      }
    }
    return changeable.stream().boxed().toList();
  }
}
