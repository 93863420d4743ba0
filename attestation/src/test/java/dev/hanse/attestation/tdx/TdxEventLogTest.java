package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A domain's quote together with the log of its boot. */
class TdxEventLogTest {
  private static final TdxRules STRICT = TdxRules.strict();
  private static final TdxRules LOGGED = STRICT.requiringEventLog(false);
  private static final TdxRules SECURE = STRICT.requiringEventLog(true);
  private static final Bytes DIGEST = Bytes.ofHex("d1".repeat(48));

  private final ForgedCcel booted = ForgedCcel.booted(true);

  @Test
  void aLogThatExplainsTheQuoteIsTaken() {
    assertThat(outcome(SECURE, booted)).isEqualTo(Outcome.OK);
    assertThat(outcome(LOGGED, booted)).isEqualTo(Outcome.OK);
    assertThat(outcome(STRICT, booted)).isEqualTo(Outcome.OK);
  }

  @Test
  void everyCheckOfItIsNamed() {
    assertThat(checks(SECURE, booted)).endsWith("event-log", "event-data", "secure-boot");
    assertThat(checks(STRICT, booted))
        .endsWith("event-log", "event-data")
        .doesNotContain("secure-boot");
  }

  @Test
  void factsSayWhatTheLogShowed() {
    booted.extend(3, DIGEST);

    assertThat(statement(verify(booted)).facts())
        .containsEntry("event-log", "rtmr0 rtmr1 rtmr2")
        .containsEntry("event-log-events", "6")
        .containsEntry("event-log-secure-boot", "ON");
    assertThat(statement(new TdxForge().verify()).facts())
        .containsEntry("event-log", "none")
        .doesNotContainKeys("event-log-events", "event-log-secure-boot");
  }

  @Test
  void factsSayNothingOfSecureBootByALogThatExplainsNothing() {
    Evidence evidence =
        new Evidence("intel-tdx", new TdxForge().quote(), List.of(booted.toBytes()));

    assertThat(statement(new TdxForge().verifier().verify(evidence, TdxForge.AT)).facts())
        .containsEntry("event-log", "")
        .containsEntry("event-log-secure-boot", "UNKNOWN");
  }

  @Test
  void noLogIsRefusedWhereOneIsRequired() {
    assertThat(outcome(LOGGED, new TdxForge().verify())).isEqualTo("POLICY REPLAY");
    assertThat(outcome(SECURE, new TdxForge().verify())).isEqualTo("POLICY REPLAY");
    assertThat(outcome(STRICT, new TdxForge().verify())).isEqualTo(Outcome.OK);
    assertThat(outcome(SECURE.leavingEventLog(), new TdxForge().verify())).isEqualTo(Outcome.OK);
  }

  @Test
  void aLogThatDoesNotExplainTheQuoteIsRefusedThoughNoneIsRequired() {
    Evidence evidence =
        new Evidence("intel-tdx", new TdxForge().quote(), List.of(booted.toBytes()));
    Verification verification = new TdxForge().verifier().verify(evidence, TdxForge.AT);

    assertThat(outcome(STRICT, verification)).isEqualTo("POLICY REPLAY");
    assertThat(detail(STRICT, verification)).contains("[0, 1, 2]");
  }

  @Test
  void aLogWithEventsInAnotherOrderIsRefused() {
    ForgedCcel swapped =
        new ForgedCcel().measured(3, ForgedCcel.IPL, "one").measured(3, ForgedCcel.IPL, "two");
    ForgedCcel written =
        new ForgedCcel().measured(3, ForgedCcel.IPL, "two").measured(3, ForgedCcel.IPL, "one");
    Evidence evidence =
        new Evidence("intel-tdx", swapped.forge().quote(), List.of(written.toBytes()));

    assertThat(outcome(STRICT, swapped.forge().verifier().verify(evidence, TdxForge.AT)))
        .isEqualTo("POLICY REPLAY");
  }

  @Test
  void aLogWhoseTextIsNotWhatWasMeasuredIsRefused() {
    booted.measured(2, EventLog.EFI_ACTION, DIGEST, Bytes.ofHex("00"));

    assertThat(outcome(STRICT, booted)).isEqualTo("POLICY EVENT_DATA_DIGEST");
    assertThat(detail(STRICT, verify(booted))).endsWith("RTMR 1");
  }

  @Test
  void secureBootThatIsOffOrUnsaidIsRefusedWhereItIsWanted() {
    ForgedCcel off = ForgedCcel.booted(false);
    ForgedCcel unsaid = new ForgedCcel().handedOver(1);

    assertThat(outcome(SECURE, off)).isEqualTo("POLICY SECURE_BOOT");
    assertThat(detail(SECURE, verify(off))).endsWith("OFF");
    assertThat(outcome(SECURE, unsaid)).isEqualTo("POLICY SECURE_BOOT");
    assertThat(outcome(LOGGED, off)).isEqualTo(Outcome.OK);
  }

  @Test
  void secureBootThatTheSystemMeasuredItselfIsRefused() {
    ForgedCcel afterwards =
        ForgedCcel.booted(false)
            .measured(1, EventLog.VARIABLE_DRIVER_CONFIG, ForgedCcel.secureBoot(1));
    ForgedCcel elsewhere =
        new ForgedCcel().measured(2, EventLog.VARIABLE_DRIVER_CONFIG, ForgedCcel.secureBoot(1));

    assertThat(outcome(SECURE, afterwards)).isEqualTo("POLICY SECURE_BOOT");
    assertThat(outcome(SECURE, elsewhere)).isEqualTo("POLICY SECURE_BOOT");
  }

  @Test
  void secureBootIsNotHiddenByRenamingWhatWasMeasured() {
    // Types are not measured: off and the separator are called something else in the log.
    ForgedCcel renamed =
        new ForgedCcel()
            .measured(1, ForgedCcel.IPL, ForgedCcel.secureBoot(0))
            .measured(1, ForgedCcel.IPL, Bytes.copyOf(new byte[4]))
            .measured(1, EventLog.VARIABLE_DRIVER_CONFIG, ForgedCcel.secureBoot(1));

    assertThat(outcome(SECURE, renamed)).isEqualTo("POLICY SECURE_BOOT");
  }

  @Test
  void moreThanALogBesideAQuoteIsRefused() {
    Bytes log = booted.toBytes();
    Evidence twice = new Evidence("intel-tdx", booted.forge().quote(), List.of(log, log));

    refused(booted.forge().verifier().verify(twice, TdxForge.AT), Stage.PARSE, Reason.STRUCTURE);
  }

  @Test
  void somethingElseThanALogBesideAQuoteIsRefused() {
    for (Bytes other : List.of(Bytes.copyOf(new byte[0]), Bytes.copyOf(new byte[31]))) {
      Evidence evidence = new Evidence("intel-tdx", booted.forge().quote(), List.of(other));

      refused(booted.forge().verifier().verify(evidence, TdxForge.AT), Stage.PARSE, Reason.LENGTH);
    }
  }

  @Test
  void aLogChangesNothingElseThatIsStated() {
    TdxStatement with = statement(verify(booted));
    TdxStatement without = statement(booted.forge().verify());

    assertThat(with.eventLog()).isPresent();
    assertThat(with.with(Optional.empty())).isEqualTo(without);
    assertThat(claims(verify(booted)).bound()).isEqualTo(claims(booted.forge().verify()).bound());
    assertThat(claims(verify(booted)).evidenceDigest())
        .isNotEqualTo(claims(booted.forge().verify()).evidenceDigest());
  }

  @Test
  void secureBootIsNeverWantedWithoutALog() {
    assertThatThrownBy(() ->
            new TdxRules(
                STRICT.tcbStatuses(),
                STRICT.tcbGrace(),
                STRICT.refusedAdvisories(),
                STRICT.minTcbEvaluation(),
                STRICT.allowed(),
                STRICT.distrusted(),
                STRICT.permittedAttributes(),
                STRICT.requiredAttributes(),
                false,
                true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("event log");
  }

  private static String outcome(TdxRules rules, ForgedCcel log) {
    return outcome(rules, verify(log));
  }

  private static String outcome(TdxRules rules, Verification verification) {
    return Outcome.of(checks -> rules.judge(claims(verification), TdxForge.AT, checks));
  }

  private static String detail(TdxRules rules, Verification verification) {
    return judged(rules, verification).firstRefusal().orElseThrow().message();
  }

  private static List<String> checks(TdxRules rules, ForgedCcel log) {
    return judged(rules, verify(log)).checks().stream().map(check -> check.name()).toList();
  }

  private static CheckList judged(TdxRules rules, Verification verification) {
    CheckList checks = new CheckList();
    rules.judge(claims(verification), TdxForge.AT, checks);
    return checks;
  }

  private static Verification verify(ForgedCcel log) {
    return log.forge().verifier().verify(log.evidence(), TdxForge.AT);
  }
}
