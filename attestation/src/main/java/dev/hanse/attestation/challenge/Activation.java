package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import java.time.Instant;

/**
 * What a challenge asks of a TPM besides the nonce: a secret that was encrypted so that only the
 * TPM with one endorsement key can read it, and only if the attestation key is in the same TPM (TPM
 * 2.0 Part 1, "Credential Protection").
 */
public interface Activation {
  /** The public area the secret was bound to, as the node sent it. */
  Bytes attestationKey();

  /** Whether this is the secret, compared in constant time; if so, its key counts from now on. */
  boolean isProvedBy(Bytes secret, Instant at);
}
