package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the four RTMRs of a domain hold after the events of its log: the TCG event log that firmware
 * leaves under the ACPI table CCEL. By the UEFI specification 2.10, chapter 38.4.1, the register of
 * an event there is 0 for MRTD and 1 to 4 for RTMR 0 to 3, all of SHA-384, all starting at zero.
 *
 * <p>A log is worth what the quote it explains is worth, and only where the registers are equal.
 */
public final class RtmrReplay {
  private static final int RTMR_COUNT = 4;

  private RtmrReplay() {}

  /**
   * Replays a log.
   *
   * @throws Rejection if it extends a register which is no RTMR, or in another bank than SHA-384
   */
  public static List<Bytes> of(EventLog log) throws Rejection {
    Map<Integer, Bytes> replayed = log.replay(TpmHash.SHA384);
    for (int register : replayed.keySet()) {
      Rejection.unless(
          register >= 1 && register <= RTMR_COUNT,
          Stage.PARSE,
          Reason.INDEX,
          "an event extends register " + register + ", which is no RTMR");
    }
    Rejection.unless(
        log.banks().equals(List.of(TpmHash.SHA384)),
        Stage.PARSE,
        Reason.PCR_BANK,
        "a domain's log is of SHA-384 alone");
    List<Bytes> rtmrs = new ArrayList<>(RTMR_COUNT);
    for (int register = 1; register <= RTMR_COUNT; register++) {
      rtmrs.add(replayed.getOrDefault(register, Bytes.copyOf(new byte[48])));
    }
    return List.copyOf(rtmrs);
  }
}
