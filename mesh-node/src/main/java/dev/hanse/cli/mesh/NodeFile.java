package dev.hanse.cli.mesh;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.node.NodeConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code hanse node --config} reads. */
@Doc("A node of a Hanse mesh, and how it proves what it is.")
public record NodeFile(NodeConfig node, Evidence evidence) {

  /** Where its evidence comes from. */
  @Doc(
      """
      Where its evidence comes from: what the machine is asked for, all of it over one challenge.
      A device that is configured and not there stops the start, and says what is missing.\
      """)
  public record Evidence(
      @Doc("The machine's own word; simulated proves possession of a key and nothing else.")
          @Default("[simulated]")
          List<Source> sources,
      @Doc("PEM key of a simulated platform, made by: hanse mesh-init")
          Optional<Path> simulatedPlatform,
      @Doc("Where Linux' configfs-tsm is, for sev-snp and intel-tdx.")
          @Default("/sys/kernel/config/tsm/report")
          Path tsmReports,
      @Doc("The VMPL to ask for, 0 to 3; -1 for the kernel's own. For sev-snp.") @Default("-1")
          int privilegeLevel,
      @Doc(
              """
              The event log of a TDX domain's boot, sent along with its quote: a path, or none.
              auto: /sys/firmware/acpi/tables/data/CCEL, where it is.\
              """)
          @Default("auto")
          String tdxEventLog,
      @Doc("The TPM: a device, or unix:PATH or tcp:HOST:PORT of a swtpm, for tpm and azure-vtpm.")
          @Default("/dev/tpmrm0")
          String tpmDevice,
      @Doc("The firmware's event log, sent along with a TPM's quote. Missing: none is.")
          Optional<Path> tpmEventLog,
      @Doc(
              """
              Azure's instance metadata service, for azure-vtpm: it gives an SNP machine's
              certificates, and a TDX machine's quotes.\
              """)
          @Default("http://169.254.169.254")
          URI azureMetadata,
      @Doc(
              """
              An SNP machine's certificates in PEM, for azure-vtpm: VCEK, ASK, ARK. Missing: they are
              asked of the metadata service.\
              """)
          Optional<Path> azureCertificates,
      @Doc("The security module's device, for aws-nitro.") @Default("/dev/nsm") Path nitroDevice,
      @Doc(
              """
              A program and its arguments that prints the GPUs' evidence; the nonce is appended.
              For each GPU the lines: gpu / evidence BASE64 / certificate BASE64, leaf first.\
              """)
          List<String> gpuEvidenceCommand) {
    public Evidence {
      sources = List.copyOf(sources);
      gpuEvidenceCommand = List.copyOf(gpuEvidenceCommand);
      if (sources.isEmpty() || Set.copyOf(sources).size() < sources.size()) {
        throw new IllegalArgumentException("sources must name at least one, each once");
      }
      if (sources.contains(Source.SIMULATED) != simulatedPlatform.isPresent()) {
        throw new IllegalArgumentException(
            "simulated-platform is for the source simulated, which needs it");
      }
      if (!Set.of("http", "https").contains(azureMetadata.getScheme())) {
        throw new IllegalArgumentException(
            "azure-metadata must be asked over http or https, was " + azureMetadata);
      }
      if (privilegeLevel < -1 || privilegeLevel > 3) {
        throw new IllegalArgumentException(
            "privilege-level must be -1 to 3, was " + privilegeLevel);
      }
    }
  }

  /** What a machine can be asked for, in the order of trust. */
  public enum Source {
    SEV_SNP,
    INTEL_TDX,
    AWS_NITRO,
    /** A confidential VM of Azure's, on SEV-SNP or TDX. */
    AZURE_VTPM,
    TPM,
    SIMULATED
  }
}
