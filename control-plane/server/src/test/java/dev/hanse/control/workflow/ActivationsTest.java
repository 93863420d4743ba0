package dev.hanse.control.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which evidence counts for nothing before its TPM has read a secret. */
class ActivationsTest {
  private final Activations trusting =
      new TpmActivations(
          new EndorsementTrust(List.of(), List.of(), Set.of(), Optional.empty()),
          new ActivatedKeys(Duration.ofMinutes(1), 1),
          new SecureRandom());

  @Test
  void aTpmsQuotesDo() {
    assertThat(trusting.isNeededFor("tpm2")).isTrue();
    assertThat(Activations.NONE.isNeededFor("tpm2")).isTrue();
  }

  /** The TEE's report names the virtual TPM's key: there is nothing left to prove about it. */
  @Test
  void azuresDoNot() {
    for (Activations activations : List.of(trusting, Activations.NONE)) {
      assertThat(activations.isNeededFor("azure-snp-vtpm")).isFalse();
      assertThat(activations.isNeededFor("azure-tdx-vtpm")).isFalse();
    }
  }
}
