package dev.hanse.control.workflow;

import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a region knows of its nodes' TPMs: which attestation keys were proved to live in one, and
 * what each one's clock and counters said last. It outlives the process: without the keys no kept
 * quote can be verified once more, and without the counters a TPM could be set back. Any thread.
 *
 * @param trust whose TPMs are believed: keys of an earlier process count only as far as it believes
 *     their endorsements now
 */
public record TpmMemory(ActivatedKeys keys, RememberedCounters counters, EndorsementTrust trust) {
  /** As many as a mesh may have members. */
  public static final int MOST = 4096;

  /**
   * As it is written down.
   *
   * @param counters the TPM that was longest not heard of first
   */
  public record Known(List<ActivatedKeys.Activated> keys, List<RememberedCounters.Said> counters) {
    public static final Known NOTHING = new Known(List.of(), List.of());

    public Known {
      keys = List.copyOf(keys);
      counters = List.copyOf(counters);
    }
  }

  /**
   * Knows of nothing yet.
   *
   * @param life how long an activation counts, and a TPM may not fall behind; above zero
   */
  public static TpmMemory lasting(Duration life, EndorsementTrust trust) {
    return new TpmMemory(new ActivatedKeys(life, MOST), new RememberedCounters(life, MOST), trust);
  }

  /** As above, for a region that believes no TPM, and keeps what it finds for one that does. */
  public static TpmMemory trustingNobody(Duration life) {
    return lasting(life, new EndorsementTrust(List.of(), List.of(), Set.of(), Optional.empty()));
  }

  /** Takes what an earlier process knew. */
  public void remember(Known before) {
    keys.remember(before.keys(), trust);
    counters.remember(before.counters());
  }

  public Known known() {
    return new Known(keys.all(), counters.all());
  }

  /** Rises whenever {@link #known} changed. */
  public long revision() {
    return keys.revision() + counters.revision();
  }
}
