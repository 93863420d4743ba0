package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.ModelId;
import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.edge.AttestationTerms.Technologies;
import dev.hanse.node.routing.AttestationDemand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What operators ask of nodes on behalf of tenants and models. */
class AttestationTermsTest {
  private static final ModelId MODEL = new ModelId("secret-model");
  private static final ModelId OTHER = new ModelId("other");

  private static AttestationTerms levels(
      String every, Map<String, String> tenants, Map<ModelId, String> models) {
    return new AttestationTerms(every, tenants, models, Technologies.ANY);
  }

  private static AttestationTerms technologies(
      List<String> every, Map<String, List<String>> tenants, Map<ModelId, List<String>> models) {
    return new AttestationTerms(
        "any", Map.of(), Map.of(), new Technologies(every, tenants, models));
  }

  @Test
  void theStrongestLevelThatAppliesCounts() {
    AttestationTerms terms = levels("simulated", Map.of("bank", "tpm"), Map.of(MODEL, "tee"));

    assertThat(terms.of("shop", OTHER).least()).contains(AttestationLevel.SIMULATED);
    assertThat(terms.of("bank", OTHER).least()).contains(AttestationLevel.TPM);
    assertThat(terms.of("bank", MODEL).least()).contains(AttestationLevel.TEE);
    assertThat(terms.of("shop", MODEL).least()).contains(AttestationLevel.TEE);
  }

  @Test
  void whatAllListsThatApplyHaveInCommonCounts() {
    AttestationTerms terms =
        technologies(
            List.of("sev-snp", "intel-tdx", "tpm2"),
            Map.of("bank", List.of("sev-snp", "intel-tdx")),
            Map.of(MODEL, List.of("intel-tdx", "tpm2")));

    assertThat(terms.of("shop", OTHER).technologies())
        .contains(Set.of("sev-snp", "intel-tdx", "tpm2"));
    assertThat(terms.of("bank", OTHER).technologies()).contains(Set.of("sev-snp", "intel-tdx"));
    assertThat(terms.of("shop", MODEL).technologies()).contains(Set.of("intel-tdx", "tpm2"));
    assertThat(terms.of("bank", MODEL).technologies()).contains(Set.of("intel-tdx"));
  }

  @Test
  void listsWithNothingInCommonAllowNobody() {
    AttestationTerms terms =
        technologies(
            List.of(), Map.of("bank", List.of("sev-snp")), Map.of(MODEL, List.of("intel-tdx")));

    assertThat(terms.of("bank", MODEL).technologies()).contains(Set.of());
  }

  @Test
  void anyAsksForNothing() {
    assertThat(levels("any", Map.of(), Map.of()).of("shop", OTHER))
        .isEqualTo(AttestationDemand.NONE);
  }

  @Test
  void levelAndTechnologiesHoldTogether() {
    AttestationTerms terms =
        new AttestationTerms(
            "tee", Map.of(), Map.of(), new Technologies(List.of("sev-snp"), Map.of(), Map.of()));

    assertThat(terms.of("shop", OTHER))
        .isEqualTo(
            new AttestationDemand(
                Optional.of(AttestationLevel.TEE), Optional.of(Set.of("sev-snp"))));
  }

  @Test
  void refusesLevelsThereAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> levels("hardware", Map.of(), Map.of()))
        .withMessageContaining("tee");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> levels("any", Map.of("bank", "TEE!"), Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> levels("any", Map.of(), Map.of(MODEL, "")));
  }

  @Test
  void refusesTechnologiesThereAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> technologies(List.of("sgx"), Map.of(), Map.of()))
        .withMessageContaining("sev-snp")
        .withMessageContaining("sgx is none of");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> technologies(List.of(), Map.of("bank", List.of("snp")), Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> technologies(List.of(), Map.of(), Map.of(MODEL, List.of("nvidia-gpu"))));
  }

  @Test
  void isReadFromAnEdgesConfiguration() {
    AttestationTerms terms =
        edge("""
        attestation:
          models: { secret-model: tee }
          technologies:
            tenants: { bank: [sev-snp, intel-tdx] }
        """)
            .attestation();

    assertThat(terms.of("bank", MODEL))
        .isEqualTo(
            new AttestationDemand(
                Optional.of(AttestationLevel.TEE), Optional.of(Set.of("sev-snp", "intel-tdx"))));
  }

  @Test
  void aMisspeltTechnologyStopsTheStart() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> edge("attestation: { technologies: { every: [sev_snp] } }"))
        .withMessageContaining("sev_snp");
  }

  private static EdgeConfig edge(String yaml) {
    return StrictYaml.read(
        yaml, EdgeConfig.class, Map.of(), Map.of("host", "127.0.0.1", "port", "0"));
  }
}
