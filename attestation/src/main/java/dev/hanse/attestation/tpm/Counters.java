package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;

/**
 * A TPM's clock as a quote signs it: TPMS_CLOCK_INFO.
 *
 * @param clockMillis time the TPM was powered, over its whole life
 * @param resetCount how often its machine was booted or came back from hibernation
 * @param restartCount how often it was resumed from sleep since
 * @param safe whether no larger clock can have been reported before
 */
public record Counters(long clockMillis, long resetCount, long restartCount, boolean safe) {
  static Counters read(ByteReader in) throws Rejection {
    long clock = in.u64Be("clock");
    long resets = in.u32Be("reset count");
    long restarts = in.u32Be("restart count");
    int safe = in.u8("safe");
    Rejection.unless(
        safe <= 1, Stage.PARSE, Reason.STRUCTURE, "safe is neither yes nor no: " + safe);
    return new Counters(clock, resets, restarts, safe == 1);
  }

  /** Whether its machine ran through since another quote. */
  public boolean sameBoot(Counters earlier) {
    return resetCount == earlier.resetCount;
  }
}
