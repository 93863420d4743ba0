package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TpmFuzzTest {
  @Test
  void noMutantIsAcceptedAndNoneThrows() throws Exception {
    TpmForge forge = new TpmForge();
    TpmForge booted = TpmForge.booted();
    TpmEvidence good = booted.body();
    TpmVerifier verifier = new TpmVerifier(AttestationKeys.pinned(Set.of(forge.name())));
    Fuzz.mutants(
        7,
        List.of(good.toBytes(), forge.body().toBytes()),
        body ->
            verifier.verify(new Evidence("tpm2", body), Instant.EPOCH)
                instanceof Verification.Verified,
        // The log is not signed: rules replay it.
        mutant -> {
          try {
            TpmEvidence read = TpmEvidence.read(mutant);
            return read.attest().equals(good.attest()) && read.pcrs().equals(good.pcrs());
          } catch (Rejection malformed) {
            return false;
          }
        });
  }
}
