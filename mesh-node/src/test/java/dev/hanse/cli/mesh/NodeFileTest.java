package dev.hanse.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.identity.EvidenceCollector;
import dev.hanse.node.identity.collect.AzureCollector;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeFileTest {
  @Test
  void aNodeOnAzureAsksItsVirtualTpmAndTheMetadataService() throws Exception {
    NodeFile.Evidence config = read("sources: [azure-vtpm]");

    EvidenceCollector collector = Collectors.of(config, InstantSource.system(), new Random(1));

    assertThat(collector).isInstanceOf(AzureCollector.class);
    assertThat(collector.tpm()).isEmpty();
    assertThat(config.azureMetadata()).isEqualTo(AzureCollector.METADATA);
    assertThat(config.azureCertificates()).isEmpty();
  }

  @Test
  void theMetadataServiceAndTheCertificatesCanBeElsewhere() throws Exception {
    NodeFile.Evidence config =
        read(
            """
            sources: [azure-vtpm]
            azure-metadata: http://127.0.0.1:8080
            azure-certificates: /etc/hanse/vcek.pem
            """);

    assertThat(config.azureMetadata()).hasToString("http://127.0.0.1:8080");
    assertThat(config.azureCertificates().orElseThrow()).hasToString("/etc/hanse/vcek.pem");
  }

  @Test
  void theMetadataServiceIsAskedOverHttpAlone() {
    assertThatThrownBy(
            () -> read("sources: [azure-vtpm]\nazure-metadata: ftp://127.0.0.1/metadata\n"))
        .hasMessageContaining("azure-metadata must be asked over http or https");
  }

  @Test
  void everyKeyIsThereWithItsDefaultInWhatIsPrinted() {
    assertThat(StrictYaml.document(NodeFile.class))
        .contains("azure-metadata: http://169.254.169.254")
        .contains("# azure-certificates:")
        .contains("azure-vtpm");
  }

  private static NodeFile.Evidence read(String yaml) throws Exception {
    return StrictYaml.read(yaml, NodeFile.Evidence.class, Map.of(), Map.of());
  }
}
