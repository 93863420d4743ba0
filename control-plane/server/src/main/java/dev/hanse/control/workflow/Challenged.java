package dev.hanse.control.workflow;

import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.Challenge;
import java.util.Optional;

/** What became of a request for a challenge. */
public sealed interface Challenged {
  /**
   * Issued.
   *
   * @param credential for the TPM the request named
   */
  record Issued(Challenge challenge, Optional<Activations.Credential> credential)
      implements Challenged {}

  record Refused(Refusal refusal) implements Challenged {}
}
