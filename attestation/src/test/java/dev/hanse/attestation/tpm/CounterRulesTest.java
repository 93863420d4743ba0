package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes EK = Bytes.copyOf(new byte[] {1, 2});
  private static final String CLOCK = "tpm-clock";
  private static final String RESETS = "tpm-reset-count";
  private static final String RESTARTS = "tpm-restart-count";

  private final TpmForge forge = new TpmForge();

  @Test
  void asksNothingOfATpmItHearsOfForTheFirstTime() throws Exception {
    CheckList checks = new CheckList();
    new CounterRules(new RememberedCounters(Duration.ofDays(1), 1), true)
        .judge(forge.statement(EK), NOW, checks);
    CounterRules.NONE.judge(forge.statement(EK), NOW, checks);

    assertThat(checks.checks()).isEmpty();
  }

  @Test
  void refusesAClockThatWentBackWithinABoot() throws Exception {
    assertThat(failed(5_000, 3, 1)).isEmpty();
    assertThat(failed(5_001, 3, 1)).containsExactly(CLOCK);
    forge.safe = 0;
    assertThat(failed(5_001, 3, 1)).containsExactly(CLOCK);
  }

  @Test
  void takesAClockForTheUnsignedNumberItIs() throws Exception {
    forge.clock = -1;
    assertThat(failed(5_000, 3, 1)).isEmpty();
    forge.clock = 5_000;
    assertThat(failed(-1, 3, 1)).containsExactly(CLOCK);
  }

  @Test
  void letsAClockFallBackOnlyAfterABootThatWasNotOrderly() throws Exception {
    assertThat(failed(5_001, 2, 1)).containsExactly(CLOCK);
    forge.safe = 0;
    assertThat(failed(5_001, 2, 1)).isEmpty();
  }

  @Test
  void refusesAResetCountThatFell() throws Exception {
    assertThat(failed(0, 4, 0)).containsExactly(RESETS);
    assertThat(failed(0, 3, 0)).isEmpty();
    assertThat(failed(0, 2, 0)).isEmpty();
  }

  @Test
  void refusesAResetCountThatRoseWhereTheBootMustBeTheSame() throws Exception {
    assertThat(failed(new Counters(0, 2, 0, true), true)).containsExactly(RESETS);
    assertThat(failed(new Counters(0, 4, 0, true), true)).containsExactly(RESETS);
    assertThat(failed(new Counters(0, 3, 0, true), true)).isEmpty();
  }

  @Test
  void refusesARestartCountThatFellWithinABoot() throws Exception {
    assertThat(failed(0, 3, 2)).containsExactly(RESTARTS);
    assertThat(failed(0, 3, 1)).isEmpty();
    assertThat(failed(0, 2, 2)).isEmpty();
  }

  @Test
  void saysWhatTheCountersAreAndWhatTheyWere() throws Exception {
    CheckList checks = judged(new Counters(5_001, 4, 2, true), false);
    assertThat(checks.checks())
        .contains(new Check(RESETS, false, "reset count is 3, was 4"))
        .contains(new Check(CLOCK, false, "the clock says 5000 ms, said 5001"));
    assertThat(judged(new Counters(0, 3, 2, true), false).checks())
        .contains(new Check(RESTARTS, false, "restart count is 1, was 2"));
  }

  @Test
  void holdsAQuoteAgainstTheLastOneThatWasAccepted() throws Exception {
    TpmRules rules =
        TpmRules.strict()
            .withCounters(new CounterRules(new RememberedCounters(Duration.ofDays(1), 1), false));
    TpmStatement now = forge.statement(EK);
    forge.clock -= 1;
    TpmStatement setBack = forge.statement(EK);

    rules.accepted(now, NOW);

    assertThat(failed(rules, now, NOW.plusSeconds(1))).isEmpty();
    assertThat(failed(rules, setBack, NOW.plusSeconds(1))).containsExactly(CLOCK);
  }

  @Test
  void doesNotHoldAQuoteThatIsJudgedOnceMoreAgainstOneThatCameLater() throws Exception {
    TpmRules rules =
        TpmRules.strict()
            .withCounters(new CounterRules(new RememberedCounters(Duration.ofDays(1), 1), false));
    VerifiedClaims earlier = claims();
    rules.accepted(earlier, NOW);
    forge.clock += 1;
    rules.accepted(claims(), NOW.plusSeconds(60));

    assertThat(failed(rules, earlier, NOW, NOW.plusSeconds(90))).isEmpty();
    assertThat(failed(rules, earlier, NOW.plusSeconds(90), NOW.plusSeconds(90)))
        .containsExactly(CLOCK);
  }

  private VerifiedClaims claims() throws Exception {
    Verification verified =
        new TpmVerifier(AttestationKeys.pinned(Set.of(forge.name()))).verify(forge.evidence(), NOW);
    return ((Verification.Verified) verified).claims();
  }

  private static List<String> failed(
      TpmRules rules, VerifiedClaims claims, Instant cameAt, Instant now) {
    CheckList checks = new CheckList();
    rules.judge(claims, cameAt, now, checks);
    return failed(checks);
  }

  private List<String> failed(long clock, long resets, long restarts) throws Exception {
    return failed(new Counters(clock, resets, restarts, true), false);
  }

  private List<String> failed(Counters last, boolean sameBoot) throws Exception {
    return failed(judged(last, sameBoot));
  }

  private CheckList judged(Counters last, boolean sameBoot) throws Exception {
    TpmStatement statement = forge.statement(EK);
    RememberedCounters history = new RememberedCounters(Duration.ofDays(1), 1);
    history.accepted(statement.key(), last, NOW.minusSeconds(1));
    CheckList checks = new CheckList();
    new CounterRules(history, sameBoot).judge(statement, NOW, checks);
    return checks;
  }

  private static List<String> failed(TpmRules rules, TpmStatement statement, Instant at) {
    CheckList checks = new CheckList();
    rules.judge(statement, at, checks);
    return failed(checks);
  }

  private static List<String> failed(CheckList checks) {
    return checks.checks().stream().filter(check -> !check.passed()).map(Check::name).toList();
  }
}
