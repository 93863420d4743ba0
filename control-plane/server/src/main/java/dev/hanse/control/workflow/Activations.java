package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.Activation;
import java.time.Instant;

/**
 * Credential activation: proof that an attestation key lives in the TPM an endorsement certificate
 * was issued to. CPU work of a millisecond, no I/O; any thread.
 */
public interface Activations {
  /** No TPM is known here: whoever names one, or brings a quote, is refused. */
  Activations NONE =
      new Activations() {
        @Override
        public Outcome begin(TpmKeys keys, Instant at) {
          return new Outcome.Refused(
              new Refusal.Activation(
                  "this control plane trusts no TPM; its operator configures endorsement roots"));
        }

        @Override
        public boolean isNeededFor(String technology) {
          return technology.equals(TPM);
        }

        @Override
        public boolean isQuotedBy(Evidence evidence, Bytes attestationKey) {
          return false;
        }
      };

  /** The registered name of a TPM's evidence. */
  String TPM = "tpm2";

  /** Verifies the endorsement and encrypts a new secret to it. */
  Outcome begin(TpmKeys keys, Instant at);

  /** Whether evidence of this technology counts for nothing without activation. */
  boolean isNeededFor(String technology);

  /** Whether evidence brings this very attestation key; its signature is verified elsewhere. */
  boolean isQuotedBy(Evidence evidence, Bytes attestationKey);

  /** What became of a node's keys. */
  sealed interface Outcome {
    /**
     * Begun.
     *
     * @param credential to be sent to the node
     * @param activation to be kept with its challenge
     */
    record Begun(Credential credential, Activation activation) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /** What TPM2_ActivateCredential takes. */
  record Credential(Bytes blob, Bytes encryptedSecret) {}
}
