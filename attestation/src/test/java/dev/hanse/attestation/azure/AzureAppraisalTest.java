package dev.hanse.attestation.azure;

import static dev.hanse.attestation.azure.AzureForge.AT;
import static dev.hanse.attestation.azure.AzureForge.REPORT_DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.snp.GuestRules;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.tdx.TdxRules;
import dev.hanse.attestation.tpm.CounterRules;
import dev.hanse.attestation.tpm.Counters;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.PcrRules;
import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.TpmRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evidence of Azure's as a control plane judges it, with an exchange and rules. */
class AzureAppraisalTest {
  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void isWorthATeeByTheStrictRulesOfItsParts(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);

    Appraisal appraisal = appraise(forge, strict(technology));

    assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
    assertThat(((Appraisal.Accepted) appraisal).result().level()).isEqualTo(Level.TEE);
    assertThat(((Appraisal.Accepted) appraisal).result().technology()).isEqualTo(technology);
    assertThat(appraisal.checks())
        .extracting(Check::name)
        .anyMatch(name -> name.startsWith("tee/"))
        .anyMatch(name -> name.startsWith("vtpm/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesAQuoteMadeForAnotherExchange(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    forge.extraData = Bytes.copyOf(new byte[64]).sha256();

    assertThat(code(appraise(forge, strict(technology)))).isEqualTo("report-data-mismatch");
  }

  @Test
  void refusesWhatTheReportsOwnRulesRefuse() throws Exception {
    SnpRules measured =
        new SnpRules(
            new GuestRules(
                Set.of(Bytes.ofHex("91".repeat(48))),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(0),
                Set.of(),
                Set.of(),
                0),
            SnpRules.strict().machine());

    Appraisal refused =
        appraise(
            AzureForge.onSnp(), new AzureRules(AzureVerifier.SNP, measured, TpmRules.strict()));

    assertThat(failed(refused)).containsExactly("tee/measurement");
  }

  @Test
  void refusesWhatTheVirtualTpmsRulesRefuse() throws Exception {
    TpmRules booted =
        TpmRules.strict()
            .withPcrs(
                PcrRules.FIRMWARE.withReference(Map.of(4, Set.of(Bytes.ofHex("44".repeat(32))))));

    Appraisal refused =
        appraise(AzureForge.onSnp(), new AzureRules(AzureVerifier.SNP, SnpRules.strict(), booted));

    assertThat(failed(refused)).containsExactly("vtpm/pcr-4");
  }

  @Test
  void remembersWhatAVirtualTpmSaidThatWasAcceptedAndRefusesOneThatWasSetBack() throws Exception {
    AzureForge forge = AzureForge.onSnp();
    KnownKey key =
        ((AzureStatement) AzureVerifierTest.accepted(forge.verify()).statement()).tpm().key();
    RememberedCounters history = new RememberedCounters(Duration.ofDays(1), 1);
    AzureRules rules =
        new AzureRules(
            AzureVerifier.SNP,
            SnpRules.strict(),
            TpmRules.strict().withCounters(new CounterRules(history, false)));

    assertThat(appraise(forge, rules)).isInstanceOf(Appraisal.Accepted.class);

    Counters said = history.last(key, AT.plusSeconds(1)).orElseThrow();
    RememberedCounters later = new RememberedCounters(Duration.ofDays(1), 1);
    later.accepted(
        key,
        new Counters(said.clockMillis() + 1, said.resetCount(), said.restartCount(), true),
        AT.minusSeconds(1));
    AzureRules held =
        new AzureRules(
            AzureVerifier.SNP,
            SnpRules.strict(),
            TpmRules.strict().withCounters(new CounterRules(later, false)));
    assertThat(failed(appraise(forge, held))).containsExactly("vtpm/tpm-clock");
  }

  @Test
  void refusesAPlatformOnWhichIntelsWordIsNotAtHand() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    VerifiedClaims claims =
        AzureVerifierTest.accepted(
            AzureVerifier.onTdxWithoutCollateral(forge.tdxMachine.verifierWithoutCollateral())
                .verify(forge.evidence(), AT));
    CheckList checks = new CheckList();

    AzureRules.strictOnTdx().judge(claims, AT, checks);

    assertThat(checks.firstRefusal())
        .contains(
            new Refusal.Rejected(
                Stage.COLLATERAL,
                Reason.NO_COLLATERAL,
                "what Intel says of the platform is not at hand"));
    assertThat(checks.checks()).anyMatch(check -> check.name().equals("tee/collateral"));
    assertThat(checks.checks())
        .filteredOn(check -> check.name().startsWith("vtpm/"))
        .isNotEmpty()
        .allMatch(Check::passed);
  }

  @Test
  void refusesClaimsThatAreNoneOfAzures() throws Exception {
    AzureForge forge = AzureForge.onSnp();
    AzureStatement statement =
        (AzureStatement) AzureVerifierTest.accepted(forge.verify()).statement();
    VerifiedClaims bare = statement.tee().orElseThrow();

    assertThat(Outcome.of(checks -> AzureRules.strictOnSnp().judge(bare, AT, checks)))
        .isEqualTo("POLICY TYPE");
  }

  @Test
  void rulesAreOfTheReportsOwnTechnology() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AzureRules(AzureVerifier.SNP, TdxRules.strict(), TpmRules.strict()))
        .withMessageContaining("sev-snp");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AzureRules(AzureVerifier.TDX, SnpRules.strict(), TpmRules.strict()))
        .withMessageContaining("intel-tdx");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AzureRules("azure", SnpRules.strict(), TpmRules.strict()))
        .withMessageContaining("not a technology of Azure: azure");
    assertThat(AzureRules.strictOnSnp().technology()).isEqualTo("azure-snp-vtpm");
    assertThat(AzureRules.strictOnTdx().technology()).isEqualTo("azure-tdx-vtpm");
  }

  static AzureRules strict(String technology) {
    return technology.equals(AzureVerifier.TDX)
        ? AzureRules.strictOnTdx()
        : AzureRules.strictOnSnp();
  }

  static Appraisal appraise(AzureForge forge, Rules rules) throws Exception {
    return new Appraiser(
            List.of(forge.verifier()),
            new AppraisalPolicy(
                "azure",
                1,
                Set.of(forge.technology()),
                List.of(rules),
                Composition.ANY,
                Duration.ofMinutes(2),
                Duration.ofSeconds(30),
                Duration.ofHours(1)))
        .appraise(forge.evidence(), REPORT_DATA, AT);
  }

  private static String code(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    return ((Appraisal.Refused) appraisal).refusal().code();
  }

  private static List<String> failed(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    return appraisal.checks().stream().filter(check -> !check.passed()).map(Check::name).toList();
  }
}
