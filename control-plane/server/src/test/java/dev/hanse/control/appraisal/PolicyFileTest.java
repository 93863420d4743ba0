package dev.hanse.control.appraisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.azure.AzureRules;
import dev.hanse.attestation.nitro.NitroRules;
import dev.hanse.attestation.nvidia.NvidiaRules;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.snp.Product;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.snp.Tcb;
import dev.hanse.attestation.tdx.TdxField;
import dev.hanse.attestation.tdx.TdxRules;
import dev.hanse.attestation.tpm.TpmRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
  @Test
  void aSectionAllowsItsTechnologyByItsStrictRules() {
    AppraisalPolicy policy =
        PolicyFile.read(
            """
            id: acme
            version: 4
            sev-snp: {guest: {}, machine: {}}
            intel-tdx: {}
            tpm2: {}
            aws-nitro: {}
            nvidia-gpu: {}
            """);

    assertThat(policy.name()).isEqualTo("acme-4");
    assertThat(policy.technologies())
        .containsExactlyInAnyOrder("sev-snp", "intel-tdx", "tpm2", "aws-nitro", "nvidia-gpu");
    assertThat(policy.rules())
        .containsExactlyInAnyOrder(
            SnpRules.strict(),
            TdxRules.strict(),
            TpmRules.strict(),
            NitroRules.strict(),
            NvidiaRules.strict());
  }

  @Test
  void whatHasNoSectionIsNotAllowed() {
    assertThat(PolicyFile.read("id: a\nversion: 1\ntpm2: {}\n").technologies())
        .containsExactly("tpm2");
  }

  @Test
  void simulatedEvidenceIsAllowedByNameOnly() {
    assertThat(PolicyFile.read("id: a\nversion: 1\nallow-simulated: true\n").technologies())
        .containsExactly("simulated");
  }

  @Test
  void saysWhatAReportMustHold() {
    SnpRules rules =
        (SnpRules)
            only(
                """
                id: a
                version: 1
                sev-snp:
                  guest:
                    measurements: ["%s"]
                    vmpls: [0, 1]
                    allow-debug: true
                  machine:
                    distrusted-products: [milan]
                    tcb-floors:
                      - {product: genoa, boot-loader: 9, snp: 23, microcode: 72}
                """
                    .formatted("ab".repeat(48)));

    assertThat(rules.guest().measurements()).containsExactly(Bytes.ofHex("ab".repeat(48)));
    assertThat(rules.guest().vmpls()).containsExactlyInAnyOrder(0, 1);
    assertThat(rules.guest().forbiddenPolicy()).hasSize(1);
    assertThat(rules.machine().distrustedProducts()).containsExactly(Product.MILAN);
    assertThat(rules.machine().floors().getFirst().reported()).isEqualTo(Tcb.of(9, 0, 23, 72));
  }

  @Test
  void saysWhatAQuoteMustHold() {
    TdxRules rules =
        (TdxRules)
            only(
                """
                id: a
                version: 1
                intel-tdx:
                  tcb-grace: 30d
                  min-tcb-evaluation: 17
                  allowed: {mrtd: ["%s"]}
                """
                    .formatted("cd".repeat(48))
                    .replace("30d", "720h"));

    assertThat(rules.tcbGrace()).isEqualTo(Duration.ofDays(30));
    assertThat(rules.minTcbEvaluation()).hasValue(17);
    assertThat(rules.allowed())
        .isEqualTo(Map.of(TdxField.MRTD, Set.of(Bytes.ofHex("cd".repeat(48)))));
  }

  @Test
  void saysWhatTheLogOfADomainMustShow() {
    TdxRules nothing = (TdxRules) only("id: a\nversion: 1\nintel-tdx: {}\n");
    TdxRules logged = (TdxRules) only("id: a\nversion: 1\nintel-tdx: {require-event-log: true}\n");
    TdxRules secure =
        (TdxRules) only("id: a\nversion: 1\nintel-tdx: {require-secure-boot: true}\n");

    assertThat(nothing.requireEventLog()).isFalse();
    assertThat(logged.requireEventLog()).isTrue();
    assertThat(logged.requireSecureBoot()).isFalse();
    assertThat(secure.requireEventLog()).isTrue();
    assertThat(secure.requireSecureBoot()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"require-event-log", "require-secure-boot"})
  void asksForTheLogOfAnAzureMachineThroughItsVirtualTpm(String key) {
    String both =
        "id: a\nversion: 1\nallow-azure-vtpm: true\nintel-tdx: {%1$s: true}\ntpm2: {%1$s: %2$s}\n";

    AzureRules azure =
        PolicyFile.read(both.formatted(key, true)).rules().stream()
            .filter(AzureRules.class::isInstance)
            .map(AzureRules.class::cast)
            .findFirst()
            .orElseThrow();

    assertThat(((TdxRules) azure.tee()).requireEventLog()).isFalse();
    assertThat(azure.vtpm().log().required()).isTrue();
    assertThatThrownBy(() -> PolicyFile.read(both.formatted(key, false)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("tpm2");
  }

  @Test
  void saysWhatRegistersMustHold() {
    TpmRules rules =
        (TpmRules)
            only(
                """
                id: a
                version: 1
                tpm2: {required-pcrs: [0, 7], pcrs: {11: ["%s"]}, require-secure-boot: true}
                """
                    .formatted("ef".repeat(32)));

    assertThat(rules.pcrs().required()).containsExactlyInAnyOrder(0, 7);
    assertThat(rules.pcrs().reference())
        .isEqualTo(Map.of(11, Set.of(Bytes.ofHex("ef".repeat(32)))));
    assertThat(rules.log().secureBoot()).isTrue();
    assertThat(rules.log().required()).isTrue();
  }

  @Test
  void saysHowManyGpusAndHowLongResultsHold() {
    AppraisalPolicy policy =
        PolicyFile.read(
            """
            id: a
            version: 1
            min-gpus: 8
            max-gpus: 8
            result-life: 10m
            max-age: 30s
            sev-snp: {guest: {}, machine: {}}
            nvidia-gpu: {min-driver: 550.90.07}
            """);

    assertThat(policy.composition()).isEqualTo(new Composition(8, 8));
    assertThat(policy.resultLife()).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.maxAge()).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id: a\nversion: 1\n",
        "id: a\nversion: 0\ntpm2: {}\n",
        "id: A B\nversion: 1\ntpm2: {}\n",
        "version: 1\ntpm2: {}\n",
        "id: a\nversion: 1\nnvidia-gpu: {}\n",
        "id: a\nversion: 1\ntpm2: {}\ntpm3: {}\n",
        "id: a\nversion: 1\ntpm2: {pcrs: {24: [\"aa\"]}}\n",
        "id: a\nversion: 1\ntpm2: {pcrs: {0: [\"aa\"]}}\n",
        "id: a\nversion: 1\ntpm2: {bank: sha1}\n",
        "id: a\nversion: 1\ntpm2: {}\nresult-life: 2h\n",
        "id: a\nversion: 1\ntpm2: {}\nmin-gpus: 17\n",
        "id: a\nversion: 1\ntpm2: {}\nmin-gpus: 2\nmax-gpus: 1\n",
        "id: a\nversion: 1\nsev-snp: {guest: {measurements: [xyz]}, machine: {}}\n",
        "id: a\nversion: 1\nsev-snp: {guest: {measurements: [abcd]}, machine: {}}\n",
        "id: a\nversion: 1\nsev-snp: {guest: {vmpls: [4]}, machine: {}}\n",
        "id: a\nversion: 1\nsev-snp: {guest: {}, machine: {min-report-version: 6}}\n",
        "id: a\nversion: 1\nsev-snp: {guest: {}, machine: {tcb-floors: [{product: milan, snp: 256}]}}\n",
        "id: a\nversion: 1\nintel-tdx: {tcb-statuses: [revoked]}\n",
        "id: a\nversion: 1\naws-nitro: {pcrs: {32: [\"aa\"]}}\n",
      })
  void refusesAPolicyThatCannotBeMeant(String yaml) {
    assertThatThrownBy(() -> PolicyFile.read(yaml)).isInstanceOf(ConfigException.class);
  }

  @Test
  void namesLineAndKeyOfWhatIsWrong() {
    assertThatThrownBy(
            () -> PolicyFile.read("id: a\nversion: 1\ntpm2:\n  require-secureboot: true\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("line 4")
        .hasMessageContaining("require-secure-boot");
  }

  @Test
  void itsTemplateCanBeReadBackOnceItHasANameAndAllowsSomething() {
    String filledIn =
        StrictYaml.documentWithoutOverrides(PolicyFile.class)
            .replace("# id: <text>", "id: acme")
            .replace("# version: <whole number>", "version: 3")
            .replace("allow-simulated: false", "allow-simulated: true");

    assertThat(PolicyFile.read(filledIn).name()).isEqualTo("acme-3");
  }

  @Test
  void itsTemplateNamesNoVariableSinceNoneIsRead() {
    assertThat(StrictYaml.documentWithoutOverrides(PolicyFile.class))
        .contains("tcb-floors")
        .doesNotContain("HANSE_");
  }

  private static Rules only(String yaml) {
    List<Rules> rules = PolicyFile.read(yaml).rules();
    assertThat(rules).hasSize(1);
    return rules.getFirst();
  }
}
