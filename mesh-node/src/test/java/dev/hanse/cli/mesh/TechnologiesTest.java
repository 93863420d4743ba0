package dev.hanse.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.nvidia.NvidiaVerifier;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.control.appraisal.Verifiers;
import dev.hanse.node.routing.AttestationDemand;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The two ends of the mesh name technologies alike, without knowing each other. */
class TechnologiesTest {
  @Test
  void requestsMayAskForWhatControlPlanesVerifyAndForNothingElse() {
    Set<String> verified = new HashSet<>(Set.of(SimulatedVerifier.TECHNOLOGY));
    Verifiers.of(
            () -> CollateralStore.EMPTY,
            Optional.empty(),
            SnpVerifier.Revocation.REQUIRED,
            new RollbackFloors(),
            AttestationKeys.pinned(Set.of()))
        .stream()
        .map(Verifier::technology)
        .forEach(verified::add);
    verified.remove(NvidiaVerifier.TECHNOLOGY);

    assertThat(AttestationDemand.TECHNOLOGIES).isEqualTo(verified);
  }
}
