package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.policy.FakeVerifier;
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

  private static final EventLogRules LOGGED = new EventLogRules(true, false, Set.of());
  private static final EventLogRules SECURE = new EventLogRules(true, true, Set.of());

  private final TpmForge forge = new TpmForge();

  @Test
  void acceptsPcr0To7OfTheSha256Bank() throws Exception {
    assertThat(failed(TpmRules.strict())).isEmpty();
    assertThat(TpmRules.strict().technology()).isEqualTo("tpm2");
  }

  @Test
  void refusesAQuoteThatIsNotOverEveryRegisterItRestsOn() throws Exception {
    assertThat(failed(TpmRules.strict().withPcrs(PcrRules.FIRMWARE.withRequired(Set.of(8)))))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED");
    assertThat(
            failed(
                TpmRules.strict()
                    .withPcrs(PcrRules.FIRMWARE.withReference(Map.of(12, Set.of(ZEROS))))))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED", "pcr-12 POLICY MEASUREMENT");
  }

  @Test
  void refusesRegistersThatHoldNoneOfTheirReferenceValues() throws Exception {
    Bytes seven = forge.pcrs.get(new Pcr(TpmHash.SHA256, 7));
    TpmRules rules = TpmRules.strict();
    assertThat(
            failed(
                rules.withPcrs(PcrRules.FIRMWARE.withReference(Map.of(7, Set.of(ZEROS, seven))))))
        .isEmpty();
    assertThat(
            failed(
                rules.withPcrs(
                    PcrRules.FIRMWARE.withReference(Map.of(7, Set.of(ZEROS), 6, Set.of(seven))))))
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
  void acceptsALogThatExplainsEveryRegisterAndSaysThatSecureBootIsOn() throws Exception {
    forge.follow(TpmForge.ForgedLog.booted(true));
    assertThat(failed(TpmRules.strict().withLog(SECURE))).isEmpty();
  }

  @Test
  void refusesSecureBootThatIsOffUnlessItIsNotAskedFor() throws Exception {
    forge.follow(TpmForge.ForgedLog.booted(false));
    assertThat(failed(TpmRules.strict().withLog(SECURE)))
        .containsExactly("secure-boot POLICY SECURE_BOOT");
    assertThat(failed(TpmRules.strict().withLog(LOGGED))).isEmpty();
  }

  @Test
  void refusesSecureBootSaidAfterTheFirmwareHandedOver() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    log.events.removeIf(event -> event.data().equals(TpmForge.ForgedLog.variable("SecureBoot", 1)));
    log.measured(7, 0x80000001L, TpmForge.ForgedLog.variable("SecureBoot", 1));
    forge.follow(log);
    assertThat(failed(TpmRules.strict().withLog(SECURE)))
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
    assertThat(failed(TpmRules.strict().withLog(SECURE)))
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
    assertThat(failed(TpmRules.strict().withLog(SECURE)))
        .containsExactly("event-data POLICY EVENT_DATA_DIGEST", "secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesALogThatLacksAnEventHasOneMoreOrTwoSwapped() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    forge.follow(log);
    TpmRules rules = TpmRules.strict().withLog(LOGGED);
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
    assertThat(failed(TpmRules.strict().withLog(SECURE))).isEmpty();
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
    TpmRules rules =
        TpmRules.strict().withPcrs(PcrRules.FIRMWARE.withRequired(Set.of())).withLog(SECURE);
    assertThat(failed(rules)).isEmpty();

    forge.pcrs.put(new Pcr(TpmHash.SHA256, 12), ZEROS.sha256());
    assertThat(failed(rules)).containsExactly("event-log POLICY REPLAY");
    assertThat(failed(rules.withLog(new EventLogRules(true, true, Set.of(12))))).isEmpty();
  }

  @Test
  void asksForTheRegisterOfSecureBootOnlyWhereTheLogMustSpeakOfIt() {
    TpmRules rules = TpmRules.strict().withPcrs(PcrRules.FIRMWARE.withRequired(Set.of(0)));

    assertThat(rules.withLog(new EventLogRules(true, false, Set.of())).pcrs().required())
        .containsExactly(0);
    assertThat(rules.withLog(new EventLogRules(true, true, Set.of())).pcrs().required())
        .containsExactlyInAnyOrder(0, 7);
  }

  @Test
  void secureBootNeedsPcr7ToBeQuotedAndExplained() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of(0, 7)));
    forge.pcrs = new TreeMap<>();
    forge.follow(log);
    TpmRules rules =
        TpmRules.strict().withPcrs(PcrRules.FIRMWARE.withRequired(Set.of(0))).withLog(SECURE);
    forge.pcrs.put(new Pcr(TpmHash.SHA256, 7), ZEROS.sha256());
    assertThat(failed(rules.withLog(new EventLogRules(true, true, Set.of(7)))))
        .containsExactly("secure-boot POLICY SECURE_BOOT");

    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of(0)));
    forge.pcrs.remove(new Pcr(TpmHash.SHA256, 7));
    assertThat(failed(rules))
        .containsExactly("pcr-quoted POLICY PCR_NOT_QUOTED", "secure-boot POLICY SECURE_BOOT");
  }

  @Test
  void refusesEvidenceWithoutALogWhereOneIsRequired() throws Exception {
    assertThat(failed(TpmRules.strict().withLog(LOGGED)))
        .containsExactly("event-log POLICY REPLAY");
  }

  @Test
  void refusesClaimsOfAnythingButATpm() {
    CheckList checks = new CheckList();
    Verification verification =
        new FakeVerifier("tpm2", Level.TPM, ZEROS, NOW, Instant.MAX, Map.of())
            .verify(new Evidence("tpm2", ZEROS), NOW);
    VerifiedClaims claims = ((Verification.Verified) verification).claims();

    TpmRules.strict().judge(claims, NOW, checks);
    TpmRules.strict().accepted(claims, NOW);

    assertThat(checks.checks())
        .containsExactly(new Check("tpm-statement", false, "the claims are not a TPM's"));
  }

  @Test
  void saysWhichEventLies() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    log.events.add(new TpmForge.ForgedLog.Event(5, 4, EK.sha256(), ZEROS));
    forge.follow(log);
    CheckList checks = new CheckList();

    TpmRules.strict().judge(forge.statement(EK), NOW, checks);

    assertThat(checks.checks())
        .contains(
            new Check("event-data", false, "an event's text is not what was measured, in PCR 5"));
  }

  @Test
  void statesTheKeysTheCountersTheRegistersAndWhatTheLogSays() throws Exception {
    TpmForge booted = TpmForge.booted();

    assertThat(booted.statement(EK).facts())
        .containsEntry("ek-name", EK.hex())
        .containsEntry("event-log-events", "13")
        .containsEntry("event-log-secure-boot", "ON");
    assertThat(forge.statement(EK).facts()).doesNotContainKey("event-log-events");
  }

  @Test
  void doesNotTakeRulesThatMeanNothing() {
    TpmRules strict = TpmRules.strict();
    assertThatThrownBy(() -> strict.withPcrs(PcrRules.FIRMWARE.withRequired(Set.of(24))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> strict.withPcrs(PcrRules.FIRMWARE.withReference(Map.of(1, Set.of()))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> strict.withPcrs(PcrRules.FIRMWARE.withReference(Map.of(1, Set.of(EK)))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PcrRules(TpmHash.SHA1, Set.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EventLogRules(false, true, Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
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
