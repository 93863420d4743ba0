package dev.hanse.cli.mesh;

import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.node.identity.EvidenceCollector;
import dev.hanse.node.identity.SimulatedCollector;
import dev.hanse.node.identity.collect.AllParts;
import dev.hanse.node.identity.collect.AzureCollector;
import dev.hanse.node.identity.collect.CcelFile;
import dev.hanse.node.identity.collect.GpuCommand;
import dev.hanse.node.identity.collect.NitroCollector;
import dev.hanse.node.identity.collect.TpmCollector;
import dev.hanse.node.identity.collect.TsmCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** What a node of this configuration asks its machine for. */
final class Collectors {
  private Collectors() {}

  static EvidenceCollector of(NodeFile.Evidence config, InstantSource clock, RandomGenerator random)
      throws IOException {
    List<EvidenceCollector> parts = new ArrayList<>();
    for (NodeFile.Source source : config.sources()) {
      parts.add(
          switch (source) {
            case SEV_SNP -> tsm(TsmCollector.Kind.SEV_SNP, config, random);
            case INTEL_TDX ->
                tsm(TsmCollector.Kind.TDX, config, random)
                    .withEventLog(CcelFile.named(config.tdxEventLog()));
            case AWS_NITRO -> new NitroCollector(config.nitroDevice());
            case AZURE_VTPM ->
                new AzureCollector(
                    config.tpmDevice(),
                    config.tpmEventLog(),
                    config.azureMetadata(),
                    config.azureCertificates());
            case TPM -> new TpmCollector(config.tpmDevice(), config.tpmEventLog());
            case SIMULATED ->
                new SimulatedCollector(
                    SimulatedPlatform.fromPem(
                        Files.readString(config.simulatedPlatform().orElseThrow())),
                    "hanse-node",
                    clock);
          });
    }
    if (!config.gpuEvidenceCommand().isEmpty()) {
      parts.add(new GpuCommand(config.gpuEvidenceCommand()));
    }
    return parts.size() == 1 ? parts.getFirst() : new AllParts(parts);
  }

  private static TsmCollector tsm(
      TsmCollector.Kind kind, NodeFile.Evidence config, RandomGenerator random) {
    return new TsmCollector(
        kind,
        config.tsmReports(),
        config.privilegeLevel() < 0 ? OptionalInt.empty() : OptionalInt.of(config.privilegeLevel()),
        random);
  }
}
