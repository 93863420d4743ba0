package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.tpm.TpmPublic;
import java.time.Instant;

/**
 * An endorsement key that is believed to be a genuine TPM's. Only {@link EndorsementTrust} makes
 * one.
 */
public final class EndorsementKey {
  private final TpmPublic publicArea;
  private final Instant endorsedUntil;

  EndorsementKey(TpmPublic publicArea, Instant endorsedUntil) {
    this.publicArea = publicArea;
    this.endorsedUntil = endorsedUntil;
  }

  public TpmPublic publicArea() {
    return publicArea;
  }

  /** When its certificate or one above it expires. */
  public Instant endorsedUntil() {
    return endorsedUntil;
  }
}
