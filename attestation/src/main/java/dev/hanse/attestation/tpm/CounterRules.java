package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;

/**
 * What a TPM's clock and counters must say, held against its last accepted quote: they only rise. A
 * TPM that says less was set back with its state, as a copied virtual one is, or cleared.
 *
 * @param history what each said last
 * @param sameBoot whether a machine that booted since is refused
 */
public record CounterRules(CounterHistory history, boolean sameBoot) {
  /** Nothing is remembered, so nothing is refused. */
  public static final CounterRules NONE = new CounterRules(CounterHistory.NONE, false);

  void judge(TpmStatement statement, Instant at, Rules.Checks checks) {
    history
        .last(statement.key(), at)
        .ifPresent(last -> judge(statement.quote().counters(), last, checks));
  }

  private void judge(Counters now, Counters last, Rules.Checks checks) {
    boolean rebooted = !now.sameBoot(last);
    checks.check(
        "tpm-reset-count",
        sameBoot ? !rebooted : now.resetCount() >= last.resetCount(),
        Stage.FRESHNESS,
        Reason.RESET_COUNT,
        "reset count is " + now.resetCount() + ", was " + last.resetCount());
    // After a boot that no orderly shutdown preceded, the clock may have fallen back by up to 2^22
    // milliseconds, and "safe" says so (TPM 2.0 Library, part 1, 36.3).
    checks.check(
        "tpm-clock",
        (rebooted && !now.safe())
            || Long.compareUnsigned(now.clockMillis(), last.clockMillis()) >= 0,
        Stage.FRESHNESS,
        Reason.CLOCK_REGRESS,
        "the clock says " + now.clockMillis() + " ms, said " + last.clockMillis());
    checks.check(
        "tpm-restart-count",
        rebooted || now.restartCount() >= last.restartCount(),
        Stage.FRESHNESS,
        Reason.RESET_COUNT,
        "restart count is " + now.restartCount() + ", was " + last.restartCount());
  }

  /** Remembers the counters of a quote that passed every check. */
  void accepted(TpmStatement statement, Instant at) {
    history.accepted(statement.key(), statement.quote().counters(), at);
  }
}
