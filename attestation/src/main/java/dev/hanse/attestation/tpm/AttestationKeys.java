package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Where a verifier looks up whether a key lives in a TPM: this is its anchor. Any thread; no I/O.
 */
public interface AttestationKeys {
  /**
   * A key by its name; empty: nobody knows it, and its quotes are worth nothing.
   *
   * @throws Rejection if its TPM is not believed any more, saying why
   */
  Optional<KnownKey> find(Bytes name, Instant at) throws Rejection;

  /** Keys whose names an operator took down at the machines themselves. */
  static AttestationKeys pinned(Set<Bytes> names) {
    Set<Bytes> copy = Set.copyOf(names);
    return (name, at) ->
        copy.contains(name)
            ? Optional.of(new KnownKey(name, Optional.empty(), Instant.MAX))
            : Optional.empty();
  }
}
