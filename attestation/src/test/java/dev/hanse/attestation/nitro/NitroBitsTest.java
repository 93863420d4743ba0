package dev.hanse.attestation.nitro;

import dev.hanse.attestation.hostile.BitFlips;
import dev.hanse.attestation.hostile.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bits of documents. */
@Tag("fuzz")
class NitroBitsTest {
  private static final NitroForge FORGE = new NitroForge();

  /** Envelope, payload, certificates, bundle and signature: there is no bit that says nothing. */
  @Test
  void refusesEveryFlippedBit() {
    BitFlips.refused(
        FORGE.good(),
        flipped ->
            Outcome.of(FORGE.verifier.verify(NitroForge.evidence(flipped), NitroForge.NOW))
                .equals(Outcome.OK));
  }
}
