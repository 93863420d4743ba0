package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * What a quote must be over, and what it must say.
 *
 * @param pcrs its registers; PCR 7 is among those required where the log must speak of secure boot
 * @param log of the firmware that measured into them
 * @param counters of the TPM
 * @param distrusted names of attestation or endorsement keys that are believed no longer
 */
public record TpmRules(
    PcrRules pcrs, EventLogRules log, CounterRules counters, Set<Bytes> distrusted)
    implements Rules {
  public TpmRules {
    distrusted = Set.copyOf(distrusted);
    if (log.secureBoot()) {
      Set<Integer> required = new HashSet<>(pcrs.required());
      required.add(SecureBoot.PCR);
      pcrs = pcrs.withRequired(required);
    }
  }

  /** {@link PcrRules#FIRMWARE}. No reference values: those are an operator's own. */
  public static TpmRules strict() {
    return new TpmRules(PcrRules.FIRMWARE, EventLogRules.WHERE_GIVEN, CounterRules.NONE, Set.of());
  }

  public TpmRules withPcrs(PcrRules rules) {
    return new TpmRules(rules, log, counters, distrusted);
  }

  public TpmRules withLog(EventLogRules rules) {
    return new TpmRules(pcrs, rules, counters, distrusted);
  }

  public TpmRules withCounters(CounterRules rules) {
    return new TpmRules(pcrs, log, rules, distrusted);
  }

  public TpmRules distrusting(Set<Bytes> names) {
    return new TpmRules(pcrs, log, counters, names);
  }

  @Override
  public String technology() {
    return TpmVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    if (claims.statement() instanceof TpmStatement statement) {
      judge(statement, at, checks);
    } else {
      checks.check("tpm-statement", false, Reason.TYPE, "the claims are not a TPM's");
    }
  }

  /** Clock and counters are held against what the TPM said before the quote came. */
  @Override
  public void judge(VerifiedClaims claims, Instant cameAt, Instant now, Checks checks) {
    judge(claims, cameAt, checks);
  }

  /**
   * Judges what a verified quote states, be it evidence by itself or a part of some.
   *
   * @param at when it came
   */
  public void judge(TpmStatement statement, Instant at, Checks checks) {
    KnownKey key = statement.key();
    checks.check(
        "tpm-distrusted",
        !distrusted.contains(key.name())
            && key.endorsementKeyName().filter(distrusted::contains).isEmpty(),
        Reason.DISTRUSTED,
        "the key " + key.name().hex() + " or its TPM is distrusted");
    counters.judge(statement, at, checks);
    pcrs.judgeCoverage(statement, checks);
    log.judge(statement, pcrs.bank(), checks);
    pcrs.judgeValues(statement, checks);
  }

  @Override
  public void accepted(VerifiedClaims claims, Instant at) {
    if (claims.statement() instanceof TpmStatement statement) {
      accepted(statement, at);
    }
  }

  /** Remembers an accepted quote's counters, be it evidence by itself or a part of some. */
  public void accepted(TpmStatement statement, Instant at) {
    counters.accepted(statement, at);
  }
}
