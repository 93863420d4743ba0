package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import java.util.Optional;

/** What each TPM's clock said last, as its keeper remembers it. Any thread; no I/O. */
@FunctionalInterface
public interface CounterHistory {
  /** Nothing is remembered: a first quote passes. */
  CounterHistory NONE = name -> Optional.empty();

  /**
   * The counters of a key's last accepted quote.
   *
   * @param name of the attestation key
   */
  Optional<Counters> last(Bytes name);
}
