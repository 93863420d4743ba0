package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.azure.AzureForge;
import dev.hanse.attestation.azure.AzureRules;
import dev.hanse.attestation.azure.AzureVerifier;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.tdx.TdxRules;
import dev.hanse.attestation.tpm.ForgedTpm;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrRules;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.tpm.device.PretendParavisor;
import dev.hanse.attestation.tpm.device.Swtpm;
import dev.hanse.attestation.tpm.device.TpmDevice;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A live TPM that was set up as Azure's paravisor does it, with a report of a TEE that names that
 * very TPM's key, a metadata service, and a control plane's judgement of what is collected there.
 */
class LiveAzureIT {
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[] {42}).sha512();
  private static final int KERNEL = 9;

  private Swtpm tpm;
  private PretendParavisor paravisor;
  private PretendMetadata metadata;
  private BigInteger key;

  @BeforeEach
  void boot() throws Exception {
    tpm = Swtpm.start();
    metadata = new PretendMetadata();
    paravisor = new PretendParavisor(tpm);
    key = paravisor.makeKey();
  }

  @AfterEach
  void shutDown() throws Exception {
    if (metadata != null) {
      metadata.close();
    }
    if (tpm != null) {
      tpm.close();
    }
  }

  @Test
  void anSnpMachineIsWorthATee() throws Exception {
    AzureForge machine = snp(key);
    report(machine);

    Appraisal appraisal = appraise(machine, snpRules(TpmRules.strict()));

    AttestationResult result = accepted(appraisal);
    assertThat(result.level()).isEqualTo(Level.TEE);
    assertThat(result.technology()).isEqualTo(AzureVerifier.SNP);
    assertThat(result.measurements())
        .containsEntry("tee-appraised", "true")
        .containsEntry("vm-secure-boot", "true")
        .containsEntry("vtpm-pcr-sha256-" + KERNEL, register(KERNEL).hex());
  }

  @Test
  void aTdxMachineIsWorthATee() throws Exception {
    AzureForge machine = AzureForge.onTdx().naming(key);
    report(machine);
    metadata.answer(
        PretendMetadata.QUOTE,
        "{\"quote\":\"" + AzureCollectorTest.base64(machine.tdQuote()) + "\"}");

    Appraisal appraisal =
        appraise(machine, new AzureRules(AzureVerifier.TDX, TdxRules.strict(), TpmRules.strict()));

    assertThat(accepted(appraisal).level()).isEqualTo(Level.TEE);
    assertThat(accepted(appraisal).technology()).isEqualTo(AzureVerifier.TDX);
  }

  @Test
  void isRefusedOnceARegisterIsNoLongerWhatThePolicySays() throws Exception {
    AzureForge machine = snp(key);
    report(machine);
    AzureRules rules =
        snpRules(
            TpmRules.strict()
                .withPcrs(
                    PcrRules.FIRMWARE.withReference(Map.of(KERNEL, Set.of(register(KERNEL))))));
    accepted(appraise(machine, rules));

    try (TpmDevice device = tpm.open()) {
      device.extendPcr(new Pcr(TpmHash.SHA256, KERNEL), Bytes.copyOf(new byte[32]));
    }

    Appraisal refused = appraise(machine, rules);
    assertThat(refused).isInstanceOf(Appraisal.Refused.class);
    assertThat(refused.checks().stream().filter(check -> !check.passed()).map(Check::name))
        .containsExactly("vtpm/pcr-" + KERNEL);
  }

  @Test
  void isRefusedWithTheReportOfAnotherMachine() throws Exception {
    AzureForge another = snp(ForgedTpm.modulus());
    report(another);

    assertThat(refusal(appraise(another, snpRules(TpmRules.strict())))).isEqualTo("signature");

    paravisor.writeReport(snp(key).hclReport());
    accepted(appraise(snp(key), snpRules(TpmRules.strict())));
  }

  @Test
  void isRefusedForAnotherExchange() throws Exception {
    AzureForge machine = snp(key);
    report(machine);

    Appraisal appraisal =
        appraiser(machine, snpRules(TpmRules.strict()))
            .appraise(
                collector().collect(REPORT_DATA).getFirst(),
                Bytes.copyOf(new byte[64]),
                AzureForge.AT);

    assertThat(refusal(appraisal)).isEqualTo("report-data-mismatch");
  }

  /** A machine on SEV-SNP whose certificates the metadata service gives. */
  private AzureForge snp(BigInteger named) throws Exception {
    AzureForge machine = AzureForge.onSnp().naming(named);
    metadata.answer(
        PretendMetadata.CERTIFICATES,
        AzureCollectorTest.certificates(
            AzureCollectorTest.text(machine.snpMachine().leafPem()),
            AzureCollectorTest.text(machine.snpMachine().issuersPem())));
    return machine;
  }

  private void report(AzureForge machine) throws Exception {
    Bytes report = machine.hclReport();
    paravisor.defineIndex(report.size());
    paravisor.writeReport(report);
  }

  private Bytes register(int index) throws Exception {
    try (TpmDevice device = tpm.open()) {
      return device
          .readPcrs(new PcrSelection(TpmHash.SHA256, List.of(index)))
          .values()
          .iterator()
          .next();
    }
  }

  private AzureCollector collector() {
    return new AzureCollector(tpm.location(), Optional.empty(), metadata.uri(), Optional.empty());
  }

  private Appraisal appraise(AzureForge machine, AzureRules rules) throws Exception {
    return appraiser(machine, rules)
        .appraise(collector().collect(REPORT_DATA).getFirst(), REPORT_DATA, AzureForge.AT);
  }

  private static Appraiser appraiser(AzureForge machine, AzureRules rules) {
    return new Appraiser(
        List.of(machine.verifier()),
        new AppraisalPolicy(
            "azure",
            1,
            Set.of(rules.technology()),
            List.of(rules),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1)));
  }

  private static AzureRules snpRules(TpmRules vtpm) {
    return new AzureRules(AzureVerifier.SNP, SnpRules.strict(), vtpm);
  }

  private static AttestationResult accepted(Appraisal appraisal) {
    assertThat(appraisal).as("%s", appraisal.checks()).isInstanceOf(Appraisal.Accepted.class);
    return ((Appraisal.Accepted) appraisal).result();
  }

  private static String refusal(Appraisal appraisal) {
    assertThat(appraisal).isInstanceOf(Appraisal.Refused.class);
    return ((Appraisal.Refused) appraisal).refusal().code();
  }
}
