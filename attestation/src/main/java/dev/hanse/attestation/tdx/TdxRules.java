package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.tpm.eventlog.LoggedEvent;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a TDX quote must state. A field that is compared and absent is refused.
 *
 * @param tcbStatuses of platform and module together, and of the quoting enclave; never {@code
 *     REVOKED}
 * @param tcbGrace how long after its {@code tcbDate} an outdated level is taken as if it were not
 *     (Intel's {@code platform_grace_period}); zero: not at all
 * @param refusedAdvisories by Intel's id, for example {@code INTEL-SA-01036}: a platform for which
 *     one of them is open is refused whatever its status
 * @param minTcbEvaluation floor under {@code tcbEvaluationDataNumber}: older collateral is refused
 * @param allowed values by field; a field that is not there is not compared
 * @param distrusted values by field: a product line by FMSPC, a machine by PPID, a module by MRSEAM
 * @param permittedAttributes the TDATTRIBUTES that may be set
 * @param requiredAttributes the TDATTRIBUTES that must be set
 * @param requireEventLog whether evidence without a log is refused; one that comes is always judged
 * @param requireSecureBoot whether the log must say that UEFI Secure Boot was on
 */
public record TdxRules(
    Set<TcbStatus> tcbStatuses,
    Duration tcbGrace,
    Set<String> refusedAdvisories,
    OptionalInt minTcbEvaluation,
    Map<TdxField, Set<Bytes>> allowed,
    Map<TdxField, Set<Bytes>> distrusted,
    long permittedAttributes,
    long requiredAttributes,
    boolean requireEventLog,
    boolean requireSecureBoot)
    implements Rules {
  /** Attributes that take nothing from the domain's isolation. */
  public static final long HARMLESS_ATTRIBUTES =
      TdAttributes.LASS
          | TdAttributes.SEPT_VE_DISABLE
          | TdAttributes.PKS
          | TdAttributes.KL
          | TdAttributes.PERFMON;

  private static final Bytes NO_SERVICE_TD = Bytes.copyOf(new byte[48]);

  public TdxRules {
    tcbStatuses = Set.copyOf(tcbStatuses);
    refusedAdvisories = Set.copyOf(refusedAdvisories);
    allowed = copy(allowed);
    distrusted = copy(distrusted);
    if (tcbStatuses.isEmpty() || tcbStatuses.contains(TcbStatus.REVOKED)) {
      throw new IllegalArgumentException("TCB statuses are some, and never Revoked");
    }
    if (tcbGrace.isNegative() || minTcbEvaluation.orElse(0) < 0) {
      throw new IllegalArgumentException("a grace period or floor is not negative");
    }
    if ((permittedAttributes & TdAttributes.UNDER_DEBUG & ~TdAttributes.DEBUG) != 0
        || (requiredAttributes & ~permittedAttributes) != 0) {
      throw new IllegalArgumentException(
          "attributes 1 to 7 are never permitted, and what is required must be");
    }
    if (requireSecureBoot && !requireEventLog) {
      throw new IllegalArgumentException("secure boot is read off the event log: require both");
    }
  }

  /** Up to date, without debug, not to be moved; nothing is compared with values. */
  public static TdxRules strict() {
    return new TdxRules(
        Set.of(TcbStatus.UP_TO_DATE),
        Duration.ZERO,
        Set.of(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(),
        HARMLESS_ATTRIBUTES,
        0,
        false,
        false);
  }

  /** With a log, and, if asked, with secure boot by its word. */
  public TdxRules requiringEventLog(boolean secureBoot) {
    return asking(true, secureBoot);
  }

  /** Without asking for a log, for machines whose boot is measured elsewhere. */
  public TdxRules leavingEventLog() {
    return asking(false, false);
  }

  private TdxRules asking(boolean eventLog, boolean secureBoot) {
    return new TdxRules(
        tcbStatuses,
        tcbGrace,
        refusedAdvisories,
        minTcbEvaluation,
        allowed,
        distrusted,
        permittedAttributes,
        requiredAttributes,
        eventLog,
        secureBoot);
  }

  @Override
  public String technology() {
    return TdxVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    boolean tdx = claims.statement() instanceof TdxStatement;
    checks.check("statement", tdx, Reason.TYPE, "the evidence is no TDX quote");
    if (claims.statement() instanceof TdxStatement statement) {
      judge(statement, at, checks);
    }
  }

  /** Judges a statement of a quote that is part of other evidence. */
  public void judge(TdxStatement statement, Instant at, Checks checks) {
    judgeTcb(statement.tcb(), at, checks);
    judgeAttributes(statement.report(), checks);
    if (requireEventLog || statement.eventLog().isPresent()) {
      judgeEventLog(statement, checks);
    }
    allowed.forEach((field, values) -> {
      Optional<Bytes> value = field.of(statement);
      checks.check(
          field.label(),
          value.isPresent() && values.contains(value.get()),
          field.mismatch(),
          field.label() + " is " + value.map(Bytes::hex).orElse("absent"));
    });
    distrusted.forEach((field, values) -> {
      Optional<Bytes> value = field.of(statement);
      checks.check(
          "distrusted-" + field.label(),
          value.isEmpty() || !values.contains(value.get()),
          Reason.DISTRUSTED,
          field.label() + " " + value.map(Bytes::hex).orElse("") + " is distrusted");
    });
  }

  private void judgeTcb(TcbEvaluation tcb, Instant at, Checks checks) {
    checks.check(
        "tcb-evaluation",
        tcb.evaluation() >= minTcbEvaluation.orElse(0),
        Stage.COLLATERAL,
        Reason.ROLLBACK,
        "the collateral is of evaluation " + tcb.evaluation());
    checks.check(
        "tcb-status",
        isAllowed(tcb.tdx(), tcb.tdxDate(), at),
        Stage.ENDORSEMENT,
        Reason.TCB_STATUS,
        "platform and TDX module are "
            + tcb.tdx().published()
            + " as of "
            + tcb.tdxDate()
            + ", open: "
            + tcb.advisories());
    checks.check(
        "qe-tcb",
        isAllowed(tcb.qe(), tcb.qeDate(), at),
        Stage.ENDORSEMENT,
        Reason.QE_TCB,
        "the quoting enclave is " + tcb.qe().published() + " as of " + tcb.qeDate());
    checks.check(
        "advisories",
        tcb.advisories().stream().noneMatch(refusedAdvisories::contains),
        Stage.ENDORSEMENT,
        Reason.DISTRUSTED,
        "an advisory that is refused is open: " + tcb.advisories());
  }

  private boolean isAllowed(TcbStatus status, Instant tcbDate, Instant at) {
    return tcbStatuses.contains(status)
        || (status.outOfDate()
            && tcbStatuses.contains(status.current())
            && !tcbGrace.isZero()
            && !at.isAfter(tcbDate.plus(tcbGrace)));
  }

  private void judgeAttributes(TdReport report, Checks checks) {
    long surplus = report.tdAttributes() & ~permittedAttributes;
    boolean debugged = (report.tdAttributes() & TdAttributes.DEBUG) != 0;
    // Debugging that is allowed passes no check: a passed one affirms that there is none.
    if (!debugged || (surplus & TdAttributes.DEBUG) != 0) {
      checks.check("debug", !debugged, Reason.DEBUG, "the domain may be debugged by its host");
    }
    checks.check(
        "td-attributes",
        surplus == 0 && (report.tdAttributes() & requiredAttributes) == requiredAttributes,
        Reason.TD_ATTRIBUTES,
        "TDATTRIBUTES are %016x".formatted(report.tdAttributes()));
    checks.check(
        "service-td",
        allowed.containsKey(TdxField.MRSERVICETD)
            || report.later().isEmpty()
            || report.later().get().mrServiceTd().equals(NO_SERVICE_TD),
        Reason.MIGRATION_AGENT_ALLOWED,
        "a service domain is bound to the domain");
  }

  private void judgeEventLog(TdxStatement statement, Checks checks) {
    if (statement.eventLog().isEmpty()) {
      checks.check("event-log", false, Reason.REPLAY, "there is no event log, and one is required");
      return;
    }
    Ccel log = statement.eventLog().get();
    Set<Integer> unexplained = log.unexplained(statement.report());
    checks.check(
        "event-log",
        unexplained.isEmpty(),
        Reason.REPLAY,
        "the event log does not explain what RTMRs " + unexplained + " hold");
    Optional<LoggedEvent> lie = log.firstLie();
    checks.check(
        "event-data",
        lie.isEmpty(),
        Reason.EVENT_DATA_DIGEST,
        "an event's text is not what was measured, in RTMR "
            + lie.map(event -> Integer.toString(event.pcr() - 1)).orElse(""));
    if (requireSecureBoot) {
      SecureBoot said = log.secureBoot(statement.report());
      checks.check(
          "secure-boot", said == SecureBoot.ON, Reason.SECURE_BOOT, "secure boot is " + said);
    }
  }

  private static Map<TdxField, Set<Bytes>> copy(Map<TdxField, Set<Bytes>> values) {
    if (values.values().stream().anyMatch(Set::isEmpty)) {
      throw new IllegalArgumentException("a field that is compared has at least one value");
    }
    Map<TdxField, Set<Bytes>> copy = new EnumMap<>(TdxField.class);
    values.forEach((field, set) -> copy.put(field, Set.copyOf(set)));
    return Map.copyOf(copy);
  }
}
