package dev.hanse.attestation.simulated;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class SimulatedFuzzTest {
  @Test
  void noMutantIsAcceptedAndNoneThrows() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    SimulatedVerifier verifier = new SimulatedVerifier(List.of(platform.root()));
    Bytes reportData = Bytes.copyOf(new byte[64]);
    Fuzz.mutants(
        17,
        List.of(
            platform.quote(reportData, "m", Instant.EPOCH).body(),
            platform.quote(reportData, "m".repeat(128), Instant.EPOCH).body()),
        body ->
            verifier.verify(new Evidence("simulated", body), Instant.EPOCH)
                instanceof Verification.Verified,
        mutant -> false);
  }
}
