package dev.hanse.attestation.tpm.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.tpm.CounterRules;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrRules;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.tpm.TpmVerifier;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.Activation;
import dev.hanse.attestation.tpm.activation.EndorsementKey;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A live TPM: what this library says to one, and what it makes of the answers. */
class SwtpmIT {
  private static final PcrSelection SELECTION =
      new PcrSelection(TpmHash.SHA256, IntStream.rangeClosed(0, 15).boxed().toList());
  private static final Bytes REPORT_DATA = Bytes.copyOf("r".repeat(64).getBytes(UTF_8));

  private static Swtpm swtpm;

  private final SecureRandom random = new SecureRandom();
  private final Instant now = Instant.now();
  private long exchanges;
  private final ActivatedKeys keys = new ActivatedKeys(Duration.ofMinutes(10), 10);

  @BeforeAll
  static void startTpm() throws Exception {
    swtpm = Swtpm.start();
  }

  @AfterAll
  static void stopTpm() throws Exception {
    if (swtpm != null) {
      swtpm.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AK_RSASSA", "AK_RSAPSS", "AK_ECDSA"})
  void aQuoteOfAnActivatedKeyIsAccepted(KeyTemplate ak) throws Exception {
    try (TpmAttester attester = TpmAttester.open(swtpm.open(), KeyTemplate.EK_RSA_2048, ak)) {
      activate(attester, certified(attester));

      Appraisal appraisal = appraise(quote(attester), TpmRules.strict());

      assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
      assertThat(((Appraisal.Accepted) appraisal).result().measurements())
          .containsEntry("ek-name", TpmPublic.read(attester.ekPublic()).name().hex());
    }
  }

  @Test
  void anEccEndorsementKeyActivatesToo() throws Exception {
    try (TpmAttester attester =
        TpmAttester.open(swtpm.open(), KeyTemplate.EK_ECC_P256, KeyTemplate.AK_ECDSA)) {
      Bytes name = TpmPublic.read(attester.ekPublic()).name();
      EndorsementTrust pinning =
          new EndorsementTrust(List.of(), List.of(), Set.of(name), Optional.empty());

      activate(attester, pinning.judge(attester.ekPublic(), List.of(), now));

      assertThat(appraise(quote(attester), TpmRules.strict()))
          .isInstanceOf(Appraisal.Accepted.class);
    }
  }

  @Test
  void aQuoteOfAKeyThatWasNotActivatedIsRefused() throws Exception {
    try (TpmAttester attester = TpmAttester.open(swtpm.open())) {
      assertThat(code(appraise(quote(attester), TpmRules.strict()))).isEqualTo("ak-unknown");
    }
  }

  @Test
  void aCredentialForAnotherKeyIsNotOpened() throws Exception {
    try (TpmDevice device = swtpm.open()) {
      TpmDevice.LoadedKey ek = device.createPrimary(KeyTemplate.EK_RSA_2048);
      TpmDevice.LoadedKey other = device.createPrimary(KeyTemplate.AK_RSAPSS);
      device.flush(other.handle());
      TpmDevice.LoadedKey ak = device.createPrimary(KeyTemplate.AK_ECDSA);
      EndorsementTrust pinning =
          new EndorsementTrust(
              List.of(),
              List.of(),
              Set.of(TpmPublic.read(ek.publicArea()).name()),
              Optional.empty());
      Activation activation =
          Activation.begin(
              pinning.judge(ek.publicArea(), List.of(), now), other.publicArea(), random);

      assertThatThrownBy(() ->
              device.activateCredential(
                  ak.handle(),
                  ek.handle(),
                  activation.challenge().credentialBlob(),
                  activation.challenge().encryptedSecret()))
          .isInstanceOfSatisfying(
              TpmException.class,
              refused -> assertThat(refused.kind()).isEqualTo(TpmException.Kind.REFUSED))
          .hasMessageContaining("TPM2_ACTIVATE_CREDENTIAL")
          .hasMessageContaining("TPM_RC_INTEGRITY (parameter 1)");
      device.flush(ek.handle());
      device.flush(ak.handle());
    }
  }

  @Test
  void theQuoteOfAnotherExchangeIsRefused() throws Exception {
    try (TpmAttester attester = TpmAttester.open(swtpm.open())) {
      activate(attester, certified(attester));
      Evidence earlier = attester.quote(REPORT_DATA.sha512().sha256(), SELECTION, Optional.empty());

      assertThat(code(appraise(earlier, TpmRules.strict()))).isIn("nonce", "report-data-mismatch");
    }
  }

  @Test
  void anExtendedRegisterIsRefusedUntilThePolicyAllowsItsNewValue() throws Exception {
    Pcr pcr = new Pcr(TpmHash.SHA256, 8);
    try (TpmDevice device = swtpm.open();
        TpmAttester attester = TpmAttester.open(device)) {
      activate(attester, certified(attester));
      Bytes good = device.readPcrs(SELECTION).get(pcr);
      TpmRules rules =
          TpmRules.strict().withPcrs(PcrRules.FIRMWARE.withReference(Map.of(8, Set.of(good))));
      assertThat(appraise(quote(attester), rules)).isInstanceOf(Appraisal.Accepted.class);

      device.extendPcr(pcr, REPORT_DATA.sha256());

      Appraisal refused = appraise(quote(attester), rules);
      assertThat(code(refused)).isEqualTo("measurement");
      assertThat(refused.checks().stream().filter(check -> !check.passed()))
          .extracting(Check::name)
          .containsExactly("pcr-8");
      Bytes changed = device.readPcrs(SELECTION).get(pcr);
      assertThat(
              appraise(
                  quote(attester),
                  TpmRules.strict()
                      .withPcrs(PcrRules.FIRMWARE.withReference(Map.of(8, Set.of(good, changed))))))
          .isInstanceOf(Appraisal.Accepted.class);
    }
  }

  @Test
  void aQuoteOverNothingIsRefusedThoughTheTpmSignsIt() throws Exception {
    try (TpmAttester attester = TpmAttester.open(swtpm.open())) {
      activate(attester, certified(attester));
      Evidence nothing =
          attester.quote(
              REPORT_DATA.sha256(), new PcrSelection(TpmHash.SHA256, List.of()), Optional.empty());

      assertThat(code(appraise(nothing, TpmRules.strict()))).isEqualTo("pcr-not-quoted");
    }
  }

  @Test
  void aTpmThatWasLeftWithFullSlotsCanBeOpenedAgain() throws Exception {
    TpmDevice leaky = swtpm.open();
    for (int slot = 0; slot < 3; slot++) {
      leaky.createPrimary(KeyTemplate.AK_ECDSA);
    }
    assertThatThrownBy(() -> leaky.createPrimary(KeyTemplate.AK_ECDSA))
        .hasMessageContaining("TPM_RC_OBJECT_MEMORY, 0x902");
    leaky.close();

    try (TpmAttester again = TpmAttester.open(swtpm.open())) {
      assertThat(again.akPublic().size()).isPositive();
    }
  }

  @Test
  void givesRandomBytesAndKnowsWhichIndexesAreNotDefined() throws Exception {
    try (TpmDevice device = swtpm.open()) {
      assertThat(device.random(32).size()).isEqualTo(32);
      assertThat(device.random(32)).isNotEqualTo(device.random(32));
      assertThat(device.readNv(0x01C00000)).isEmpty();
    }
  }

  @Test
  void aTpmThatWasSetBackToAnEarlierStateIsRefused() throws Exception {
    TpmRules remembering =
        TpmRules.strict()
            .withCounters(new CounterRules(new RememberedCounters(Duration.ofHours(1), 4), false));
    Bytes early = swtpm.state();
    for (int boot = 0; boot < 2; boot++) {
      swtpm.restart(swtpm.state());
      assertThat(booted(remembering)).isInstanceOf(Appraisal.Accepted.class);
    }

    swtpm.restart(early);

    assertThat(code(booted(remembering))).isEqualTo("reset-count");
  }

  private Appraisal booted(TpmRules rules) throws Exception {
    try (TpmAttester attester = TpmAttester.open(swtpm.open())) {
      activate(attester, certified(attester));
      return appraise(quote(attester), rules, now.plusMillis(++exchanges));
    }
  }

  private EndorsementKey certified(TpmAttester attester) throws Exception {
    EndorsementTrust trust =
        new EndorsementTrust(
            List.of(swtpm.root()), List.of(swtpm.intermediate()), Set.of(), Optional.empty());
    return trust.judge(attester.ekPublic(), List.of(attester.ekCertificate().orElseThrow()), now);
  }

  private void activate(TpmAttester attester, EndorsementKey ek) throws Exception {
    Activation activation = Activation.begin(ek, attester.akPublic(), random);
    Bytes answer = attester.activate(activation.challenge());

    assertThat(keys.admit(activation.redeem(answer).orElseThrow(), now)).isTrue();
  }

  private static Evidence quote(TpmAttester attester) throws Exception {
    return attester.quote(REPORT_DATA.sha256(), SELECTION, Optional.empty());
  }

  private Appraisal appraise(Evidence evidence, Rules rules) {
    return appraise(evidence, rules, now);
  }

  private Appraisal appraise(Evidence evidence, Rules rules, Instant at) {
    AppraisalPolicy any = AppraisalPolicy.allowing(Set.of(TpmVerifier.TECHNOLOGY));
    return new Appraiser(
            List.of(new TpmVerifier(keys)),
            new AppraisalPolicy(
                any.id(),
                any.version(),
                any.technologies(),
                List.of(rules),
                any.composition(),
                any.maxAge(),
                any.clockSkew(),
                any.resultLife()))
        .appraise(evidence, REPORT_DATA, at);
  }

  private static String code(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    Refusal refusal = ((Appraisal.Refused) appraisal).refusal();
    return refusal.code();
  }
}
