package dev.hanse.attestation.tpm.eventlog;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.Map;

/**
 * One entry of a log. Replay proves its digests and order; its data only where they hash it.
 *
 * @param pcr the register's index
 * @param type as firmware numbers them; see {@link EventLog}
 * @param digests by bank; zeros where nothing was extended
 * @param data kept for the types whose data is hashed and judged, empty for the others
 */
public record LoggedEvent(int pcr, long type, Map<TpmHash, Bytes> digests, Bytes data) {
  public LoggedEvent {
    digests = Map.copyOf(digests);
  }

  /** Whether it is a note to the reader, which extended nothing. */
  public boolean isNote() {
    return type == EventLog.NO_ACTION;
  }

  /** Whether it is these bytes that were measured, by any bank. */
  boolean measures(Bytes content) {
    return digests.entrySet().stream()
        .anyMatch(digest -> digest.getKey().of(content).equals(digest.getValue()));
  }

  /** Whether its data are what was measured, by one bank. */
  boolean hashesItsData(TpmHash bank) {
    return bank.of(data).equals(digests.get(bank));
  }
}
