package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.LoggedEvent;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a quote must be over, and what it must say.
 *
 * @param bank the only one that may be quoted
 * @param requiredPcrs indexes that must be quoted, whatever they hold
 * @param referencePcrs by index, what each may hold; every one of them must be quoted
 * @param unlogged indexes which the firmware's log need not explain, though they are quoted
 * @param requireEventLog whether evidence without a log is refused; one that comes is always judged
 * @param requireSecureBoot whether the log must say, by PCR 7, that UEFI Secure Boot was on
 * @param sameBoot whether a machine that booted since its last quote is refused
 * @param distrusted names of attestation or endorsement keys that are believed no longer
 * @param history the last counters of each key
 */
public record TpmRules(
    TpmHash bank,
    Set<Integer> requiredPcrs,
    Map<Integer, Set<Bytes>> referencePcrs,
    Set<Integer> unlogged,
    boolean requireEventLog,
    boolean requireSecureBoot,
    boolean sameBoot,
    Set<Bytes> distrusted,
    CounterHistory history)
    implements Rules {
  /** Where Linux measures files as it runs (IMA): its own log explains that one. */
  private static final int INTEGRITY = 10;

  public TpmRules {
    requiredPcrs = Set.copyOf(requiredPcrs);
    Map<Integer, Set<Bytes>> copy = new TreeMap<>();
    referencePcrs.forEach((index, values) -> copy.put(index, Set.copyOf(values)));
    referencePcrs = Collections.unmodifiableMap(copy);
    unlogged = Set.copyOf(unlogged);
    distrusted = Set.copyOf(distrusted);
    if (bank == TpmHash.SHA1) {
      throw new IllegalArgumentException("nothing may rest on the SHA-1 bank");
    }
    for (int index : relied(requiredPcrs, referencePcrs)) {
      new Pcr(bank, index);
    }
    referencePcrs.forEach((index, values) -> {
      if (values.isEmpty() || values.stream().anyMatch(value -> value.size() != bank.bytes())) {
        throw new IllegalArgumentException(
            "reference values of PCR " + index + " are digests of " + bank + ", at least one");
      }
    });
    if (requireSecureBoot && !requireEventLog) {
      throw new IllegalArgumentException("secure boot is read off the event log: require both");
    }
  }

  /**
   * The SHA-256 bank with PCR 0 to 7: firmware, its configuration and what boot was allowed by. No
   * reference values: those are an operator's own.
   */
  public static TpmRules strict() {
    return new TpmRules(
        TpmHash.SHA256,
        Set.of(0, 1, 2, 3, 4, 5, 6, 7),
        Map.of(),
        Set.of(INTEGRITY),
        false,
        false,
        false,
        Set.of(),
        CounterHistory.NONE);
  }

  public TpmRules requiringPcrs(Set<Integer> indexes) {
    return new TpmRules(
        bank,
        indexes,
        referencePcrs,
        unlogged,
        requireEventLog,
        requireSecureBoot,
        sameBoot,
        distrusted,
        history);
  }

  public TpmRules withReferencePcrs(Map<Integer, Set<Bytes>> values) {
    return new TpmRules(
        bank,
        requiredPcrs,
        values,
        unlogged,
        requireEventLog,
        requireSecureBoot,
        sameBoot,
        distrusted,
        history);
  }

  /** With a log, and, if asked, with secure boot by its word. */
  public TpmRules requiringEventLog(boolean secureBoot) {
    return new TpmRules(
        bank,
        requiredPcrs,
        referencePcrs,
        unlogged,
        true,
        secureBoot,
        sameBoot,
        distrusted,
        history);
  }

  /** With registers that others than the firmware and the boot loader extend. */
  public TpmRules leavingUnlogged(Set<Integer> indexes) {
    return new TpmRules(
        bank,
        requiredPcrs,
        referencePcrs,
        indexes,
        requireEventLog,
        requireSecureBoot,
        sameBoot,
        distrusted,
        history);
  }

  public TpmRules distrusting(Set<Bytes> names) {
    return new TpmRules(
        bank,
        requiredPcrs,
        referencePcrs,
        unlogged,
        requireEventLog,
        requireSecureBoot,
        sameBoot,
        names,
        history);
  }

  /**
   * Holds counters against the last ones.
   *
   * @param demandSameBoot whether a reboot is refused, too
   */
  public TpmRules remembering(CounterHistory last, boolean demandSameBoot) {
    return new TpmRules(
        bank,
        requiredPcrs,
        referencePcrs,
        unlogged,
        requireEventLog,
        requireSecureBoot,
        demandSameBoot,
        distrusted,
        last);
  }

  @Override
  public String technology() {
    return TpmVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    if (claims.statement() instanceof TpmStatement statement) {
      judge(statement, checks);
    } else {
      checks.check("tpm-statement", false, Reason.TYPE, "the claims are not a TPM's");
    }
  }

  /** Judges what a verified quote states, be it evidence by itself or a part of some. */
  public void judge(TpmStatement statement, Checks checks) {
    KnownKey key = statement.key();
    checks.check(
        "tpm-distrusted",
        !distrusted.contains(key.name())
            && key.endorsementKeyName().filter(distrusted::contains).isEmpty(),
        Reason.DISTRUSTED,
        "the key " + key.name().hex() + " or its TPM is distrusted");
    history
        .last(key.name())
        .ifPresent(last -> judgeCounters(statement.quote().counters(), last, checks));
    checks.check(
        "pcr-bank",
        statement.quote().selections().stream().allMatch(any -> any.bank() == bank),
        Reason.PCR_BANK,
        "quoted are " + statement.quote().selections() + ", wanted is " + bank.bank() + " alone");
    Set<Integer> missing = new TreeSet<>(relied(requiredPcrs, referencePcrs));
    if (requireSecureBoot) {
      missing.add(SecureBoot.PCR);
    }
    missing.removeIf(index -> statement.pcrs().containsKey(new Pcr(bank, index)));
    checks.check(
        "pcr-quoted",
        missing.isEmpty(),
        Reason.PCR_NOT_QUOTED,
        "PCRs " + missing + " of " + bank.bank() + " have not been quoted");
    judgeLog(statement, checks);
    referencePcrs.forEach((index, allowed) -> {
      Bytes value = statement.pcrs().get(new Pcr(bank, index));
      checks.check(
          "pcr-" + index,
          value != null && allowed.contains(value),
          Reason.MEASUREMENT,
          "PCR " + index + " holds " + value + ", which is none of " + allowed.size() + " allowed");
    });
  }

  private void judgeCounters(Counters now, Counters last, Checks checks) {
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

  private void judgeLog(TpmStatement statement, Checks checks) {
    if (statement.eventLog().isEmpty()) {
      checks.check(
          "event-log",
          !requireEventLog,
          Reason.REPLAY,
          "there is no event log, and one is required");
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
    if (requireSecureBoot) {
      SecureBoot said = SecureBoot.of(log);
      checks.check(
          "secure-boot",
          said == SecureBoot.ON && explained.contains(SecureBoot.PCR) && lie.isEmpty(),
          Reason.SECURE_BOOT,
          "secure boot is " + said);
    }
  }

  private static Set<Integer> relied(Set<Integer> required, Map<Integer, Set<Bytes>> reference) {
    Set<Integer> both = new TreeSet<>(required);
    both.addAll(reference.keySet());
    return both;
  }
}
