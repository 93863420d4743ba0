package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TpmRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes ZEROS = Bytes.copyOf(new byte[32]);
  private static final Bytes EK = Bytes.copyOf(new byte[] {1, 2});

  private final TpmForge forge = new TpmForge();

  @Test
  void acceptsPcr0To7OfTheSha256Bank() throws Exception {
    assertThat(failed(TpmRules.strict())).isEmpty();
    assertThat(TpmRules.strict().technology()).isEqualTo("tpm2");
  }

  @Test
  void refusesAQuoteThatIsNotOverEveryRegisterItRestsOn() throws Exception {
    assertThat(failed(TpmRules.strict().requiringPcrs(Set.of(8))))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED");
    assertThat(failed(TpmRules.strict().withReferencePcrs(Map.of(12, Set.of(ZEROS)))))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED", "pcr-12 POLICY MEASUREMENT");
  }

  @Test
  void refusesRegistersThatHoldNoneOfTheirReferenceValues() throws Exception {
    Bytes seven = forge.pcrs.get(new Pcr(TpmHash.SHA256, 7));
    TpmRules rules = TpmRules.strict();
    assertThat(failed(rules.withReferencePcrs(Map.of(7, Set.of(ZEROS, seven))))).isEmpty();
    assertThat(failed(rules.withReferencePcrs(Map.of(7, Set.of(ZEROS), 6, Set.of(seven)))))
        .containsExactly("pcr-6 POLICY MEASUREMENT", "pcr-7 POLICY MEASUREMENT");
  }

  @Test
  void refusesAnotherBankThoughTheRightOneIsQuotedToo() throws Exception {
    List<PcrSelection> both = new ArrayList<>(forge.selections);
    both.add(new PcrSelection(TpmHash.SHA384, List.of(0)));
    forge.selections = both;
    forge.pcrs.put(new Pcr(TpmHash.SHA384, 0), Bytes.copyOf(new byte[48]));
    assertThat(failed(TpmRules.strict())).containsExactly("pcr-bank POLICY PCR_BANK");
  }

  @Test
  void refusesADistrustedKeyAndADistrustedTpm() throws Exception {
    assertThat(failed(TpmRules.strict().distrusting(Set.of(forge.name()))))
        .containsExactly("tpm-distrusted POLICY DISTRUSTED");
    assertThat(failed(TpmRules.strict().distrusting(Set.of(EK))))
        .containsExactly("tpm-distrusted POLICY DISTRUSTED");
    assertThat(failed(TpmRules.strict().distrusting(Set.of(ZEROS)))).isEmpty();
  }

  @Test
  void refusesAClockThatWentBackWithinABoot() throws Exception {
    assertThat(failed(after(5_000, 3, 1, false))).isEmpty();
    assertThat(failed(after(5_001, 3, 1, false)))
        .containsExactly("tpm-clock FRESHNESS CLOCK_REGRESS");
    forge.safe = 0;
    assertThat(failed(after(5_001, 3, 1, false)))
        .containsExactly("tpm-clock FRESHNESS CLOCK_REGRESS");
  }

  @Test
  void letsAClockFallBackOnlyAfterABootThatWasNotOrderly() throws Exception {
    assertThat(failed(after(5_001, 2, 1, false)))
        .containsExactly("tpm-clock FRESHNESS CLOCK_REGRESS");
    forge.safe = 0;
    assertThat(failed(after(5_001, 2, 1, false))).isEmpty();
  }

  @Test
  void refusesAResetCountThatFellAndOneThatRoseWhereTheBootMustBeTheSame() throws Exception {
    assertThat(failed(after(0, 4, 0, false)))
        .containsExactly("tpm-reset-count FRESHNESS RESET_COUNT");
    assertThat(failed(after(0, 2, 0, false))).isEmpty();
    assertThat(failed(after(0, 2, 0, true)))
        .containsExactly("tpm-reset-count FRESHNESS RESET_COUNT");
    assertThat(failed(after(0, 3, 0, true))).isEmpty();
  }

  @Test
  void refusesARestartCountThatFellWithinABoot() throws Exception {
    assertThat(failed(after(0, 3, 2, false)))
        .containsExactly("tpm-restart-count FRESHNESS RESET_COUNT");
    assertThat(failed(after(0, 2, 2, false))).isEmpty();
  }

  @Test
  void acceptsALogThatExplainsEveryRegisterAndSaysThatSecureBootIsOn() throws Exception {
    forge.follow(TpmForge.ForgedLog.booted(true));
    assertThat(failed(TpmRules.strict().requiringEventLog(true))).isEmpty();
  }

  @Test
  void refusesSecureBootThatIsOffUnlessItIsNotAskedFor() throws Exception {
    forge.follow(TpmForge.ForgedLog.booted(false));
    assertThat(failed(TpmRules.strict().requiringEventLog(true)))
        .containsExactly("secure-boot POLICY SECURE_BOOT");
    assertThat(failed(TpmRules.strict().requiringEventLog(false))).isEmpty();
  }

  @Test
  void refusesSecureBootSaidAfterTheFirmwareHandedOver() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    log.events.removeIf(event -> event.data().equals(TpmForge.ForgedLog.variable("SecureBoot", 1)));
    log.measured(7, 0x80000001L, TpmForge.ForgedLog.variable("SecureBoot", 1));
    forge.follow(log);
    assertThat(failed(TpmRules.strict().requiringEventLog(true)))
        .containsExactly("secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesSecureBootSaidTwiceWithDifferentAnswers() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(false);
    log.events.add(
        1,
        new TpmForge.ForgedLog.Event(
            7,
            0x80000001L,
            TpmForge.ForgedLog.variable("SecureBoot", 1).sha256(),
            TpmForge.ForgedLog.variable("SecureBoot", 1)));
    forge.follow(log);
    assertThat(failed(TpmRules.strict().requiringEventLog(true)))
        .containsExactly("secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesALogWhoseTextIsNotWhatWasMeasured() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    TpmForge.ForgedLog.Event event = log.events.get(2);
    log.events.set(
        2,
        new TpmForge.ForgedLog.Event(
            7, event.type(), TpmForge.ForgedLog.variable("SecureBoot", 0).sha256(), event.data()));
    forge.follow(log);
    assertThat(failed(TpmRules.strict().requiringEventLog(true)))
        .containsExactly("event-data POLICY EVENT_DATA_DIGEST", "secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesALogThatLacksAnEventHasOneMoreOrTwoSwapped() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    forge.follow(log);
    TpmRules rules = TpmRules.strict().requiringEventLog(false);
    List<TpmForge.ForgedLog.Event> good = List.copyOf(log.events);

    log.events.removeLast();
    forge.log = Optional.of(log.toBytes());
    assertThat(failed(rules)).containsExactly("event-log POLICY REPLAY");

    log.events.clear();
    log.events.addAll(good);
    log.measured(5, 4, "one more");
    forge.log = Optional.of(log.toBytes());
    assertThat(failed(rules)).containsExactly("event-log POLICY REPLAY");

    log.events.clear();
    log.events.addAll(good);
    Collections.swap(log.events, 2, 3);
    forge.log = Optional.of(log.toBytes());
    assertThat(failed(rules)).containsExactly("event-log POLICY REPLAY");
  }

  @Test
  void aNoteIsNeverExtendedWhateverDigestItHas() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    log.events.add(new TpmForge.ForgedLog.Event(0, 3, ZEROS.sha256(), Bytes.copyOf(new byte[1])));
    forge.follow(log);
    assertThat(failed(TpmRules.strict().requiringEventLog(true))).isEmpty();
  }

  @Test
  void aRegisterTheLogDoesNotNameMustBeUntouchedUnlessLeftToOthers() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of(7, 12, 17)));
    forge.pcrs = new TreeMap<>();
    forge.follow(log);
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    forge.pcrs.put(new Pcr(TpmHash.SHA256, 17), Bytes.copyOf(ones));
    TpmRules rules = TpmRules.strict().requiringPcrs(Set.of()).requiringEventLog(true);
    assertThat(failed(rules)).isEmpty();

    forge.pcrs.put(new Pcr(TpmHash.SHA256, 12), ZEROS.sha256());
    assertThat(failed(rules)).containsExactly("event-log POLICY REPLAY");
    assertThat(failed(rules.leavingUnlogged(Set.of(12)))).isEmpty();
  }

  @Test
  void secureBootNeedsPcr7ToBeQuotedAndExplained() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of(0, 7)));
    forge.pcrs = new TreeMap<>();
    forge.follow(log);
    TpmRules rules = TpmRules.strict().requiringPcrs(Set.of(0)).requiringEventLog(true);
    forge.pcrs.put(new Pcr(TpmHash.SHA256, 7), ZEROS.sha256());
    assertThat(failed(rules.leavingUnlogged(Set.of(7))))
        .containsExactly("secure-boot POLICY SECURE_BOOT");

    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of(0)));
    forge.pcrs.remove(new Pcr(TpmHash.SHA256, 7));
    assertThat(failed(rules))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED", "secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesEvidenceWithoutALogWhereOneIsRequired() throws Exception {
    assertThat(failed(TpmRules.strict().requiringEventLog(false)))
        .containsExactly("event-log POLICY REPLAY");
  }

  @Test
  void doesNotTakeRulesThatMeanNothing() {
    TpmRules strict = TpmRules.strict();
    assertThatThrownBy(() -> strict.requiringPcrs(Set.of(24)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> strict.withReferencePcrs(Map.of(1, Set.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> strict.withReferencePcrs(Map.of(1, Set.of(EK))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rules(TpmHash.SHA1, true, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rules(TpmHash.SHA256, false, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TpmRules rules(TpmHash bank, boolean log, boolean secureBoot) {
    return new TpmRules(
        bank, Set.of(), Map.of(), Set.of(), log, secureBoot, false, Set.of(), CounterHistory.NONE);
  }

  private static TpmRules after(long clock, long resets, long restarts, boolean sameBoot) {
    Counters last = new Counters(clock, resets, restarts, true);
    return TpmRules.strict().remembering(name -> Optional.of(last), sameBoot);
  }

  /** The checks that failed, each with its stage and reason. */
  private List<String> failed(TpmRules rules) throws Exception {
    TpmVerifier verifier =
        new TpmVerifier(
            (name, at) -> Optional.of(new KnownKey(name, Optional.of(EK), Instant.MAX)));
    Verification verification = verifier.verify(forge.evidence(), NOW);
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    VerifiedClaims claims = ((Verification.Verified) verification).claims();
    List<String> failed = new ArrayList<>();
    rules.judge(
        claims,
        NOW,
        new Rules.Checks() {
          @Override
          public void check(String name, boolean holds, Reason otherwise, String detail) {
            check(name, holds, Stage.POLICY, otherwise, detail);
          }

          @Override
          public void check(
              String name, boolean holds, Stage stage, Reason otherwise, String detail) {
            if (!holds) {
              failed.add(name + " " + stage + " " + otherwise);
            }
          }
        });
    return failed;
  }
}
