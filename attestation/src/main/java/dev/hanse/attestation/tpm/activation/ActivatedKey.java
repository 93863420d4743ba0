package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.TpmPublic;
import java.time.Instant;
import java.util.Optional;

/**
 * An attestation key that its TPM activated, with that TPM's endorsement. Only {@link Activation}
 * makes one, or {@link ActivatedKeys} of one that was written down. Immutable.
 */
public final class ActivatedKey {
  private final Bytes name;
  private final EndorsementKey endorsement;

  ActivatedKey(Bytes name, EndorsementKey endorsement) {
    this.name = name;
    this.endorsement = endorsement;
  }

  /** {@link TpmPublic#name} of the attestation key. */
  public Bytes name() {
    return name;
  }

  EndorsementKey endorsement() {
    return endorsement;
  }

  /** What a verifier of its quotes is told. */
  public KnownKey known() {
    return new KnownKey(
        name, Optional.of(endorsement.publicArea().name()), endorsement.endorsedUntil());
  }

  /**
   * As it is to be judged now: which TPM it lives in does not change, whether that TPM is believed
   * may.
   *
   * @throws Rejection if the endorsement is believed no more
   */
  ActivatedKey again(Instant at) throws Rejection {
    EndorsementKey now = endorsement.again(at);
    return now == endorsement ? this : new ActivatedKey(name, now);
  }
}
