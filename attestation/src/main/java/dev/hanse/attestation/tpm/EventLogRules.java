package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.LoggedEvent;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a firmware's log must explain, and say.
 *
 * @param required whether evidence without a log is refused; one that comes is always judged
 * @param secureBoot whether the log must say, by PCR 7, that UEFI Secure Boot was on
 * @param unlogged indexes which it need not explain, though they are quoted
 */
public record EventLogRules(boolean required, boolean secureBoot, Set<Integer> unlogged) {
  /** Where Linux measures files as it runs (IMA): its own log explains that one. */
  private static final int INTEGRITY = 10;

  /** No log is asked for; one that comes must explain all but what Linux measures. */
  public static final EventLogRules WHERE_GIVEN =
      new EventLogRules(false, false, Set.of(INTEGRITY));

  public EventLogRules {
    unlogged = Set.copyOf(unlogged);
    if (secureBoot && !required) {
      throw new IllegalArgumentException("secure boot is read off the event log: require both");
    }
  }

  /**
   * Judges a log, or that there is none.
   *
   * @param bank whose digests explain the quoted values
   */
  void judge(TpmStatement statement, TpmHash bank, Rules.Checks checks) {
    if (statement.eventLog().isEmpty()) {
      checks.check(
          "event-log", !required, Reason.REPLAY, "there is no event log, and one is required");
      return;
    }
    EventLog log = statement.eventLog().get();
    Map<Integer, Bytes> replayed = log.replay(bank);
    Set<Integer> explained = new TreeSet<>();
    Set<Integer> wrong = new TreeSet<>();
    statement
        .pcrs()
        .forEach((pcr, quoted) -> {
          int index = pcr.index();
          Bytes value = replayed.getOrDefault(index, log.start(index, bank));
          if (pcr.bank() == bank && value.equals(quoted)) {
            explained.add(index);
          } else if (!unlogged.contains(index)) {
            wrong.add(index);
          }
        });
    checks.check(
        "event-log",
        wrong.isEmpty(),
        Reason.REPLAY,
        "the event log does not explain what PCRs " + wrong + " hold");
    Optional<LoggedEvent> lie = log.firstLie(bank, explained);
    checks.check(
        "event-data",
        lie.isEmpty(),
        Reason.EVENT_DATA_DIGEST,
        "an event's text is not what was measured, in PCR "
            + lie.map(event -> Integer.toString(event.pcr())).orElse(""));
    if (secureBoot) {
      SecureBoot said = SecureBoot.of(log);
      checks.check(
          "secure-boot",
          said == SecureBoot.ON && explained.contains(SecureBoot.PCR) && lie.isEmpty(),
          Reason.SECURE_BOOT,
          "secure boot is " + said);
    }
  }
}
