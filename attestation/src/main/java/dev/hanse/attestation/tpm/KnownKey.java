package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import java.time.Instant;
import java.util.Optional;

/**
 * An attestation key that is known to live in a TPM.
 *
 * @param name {@link TpmPublic#name}
 * @param endorsementKeyName of its TPM, where credential activation told
 * @param endorsedUntil when that knowledge ends; {@link Instant#MAX}: never
 */
public record KnownKey(Bytes name, Optional<Bytes> endorsementKeyName, Instant endorsedUntil) {}
