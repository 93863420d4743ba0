package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.tpm.TpmForge;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a node sends before its TPM is asked anything: an endorsement key and its certificates. */
class EndorsementFuzzTest {
  private final Bytes area = TpmForge.endorsement(EndorsementForge.EK);
  private final Bytes leaf = EndorsementForge.leaf(EndorsementForge.EK);
  private final Bytes issuer = EndorsementForge.der(EndorsementForge.CA);
  private final EndorsementTrust trust = EndorsementForge.bare();

  @Test
  @Tag("fuzz")
  void noMutantOfACertificateIsBelievedAndNoneThrows() {
    Fuzz.mutants(41, List.of(leaf), mutant -> believes(area, mutant, issuer), mutant -> false);
  }

  @Test
  @Tag("fuzz")
  void noMutantOfAnIntermediateIsBelievedAndNoneThrows() {
    Fuzz.mutants(42, List.of(issuer), mutant -> believes(area, leaf, mutant), mutant -> false);
  }

  /** The certificate is about the key alone: policy and attributes are the node's word. */
  @Test
  @Tag("fuzz")
  void noMutantOfTheKeyItselfIsBelievedAndNoneThrows() {
    String key = area.hex().substring(area.size() * 2 - 512);
    Fuzz.mutants(
        43,
        List.of(area),
        mutant -> believes(mutant, leaf, issuer),
        mutant -> mutant.hex().endsWith(key));
  }

  @Test
  void noFlippedBitOfACertificateIsBelieved() {
    assertThat(believes(area, leaf, issuer)).isTrue();
    for (int bit = 0; bit < leaf.size() * Byte.SIZE; bit++) {
      assertThat(believes(area, flipped(leaf, bit), issuer)).as("leaf %d", bit).isFalse();
    }
    for (int bit = 0; bit < issuer.size() * Byte.SIZE; bit++) {
      assertThat(believes(area, leaf, flipped(issuer, bit))).as("issuer %d", bit).isFalse();
    }
  }

  private static Bytes flipped(Bytes good, int bit) {
    byte[] bytes = good.toArray();
    bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    return Bytes.copyOf(bytes);
  }

  private boolean believes(Bytes publicArea, Bytes... certificates) {
    try {
      return trust.judge(publicArea, List.of(certificates), EndorsementForge.NOW).publicArea()
          != null;
    } catch (Rejection refused) {
      return false;
    }
  }
}
