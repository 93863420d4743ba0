package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.nvidia.Architecture;
import dev.hanse.attestation.nvidia.NvidiaRules;
import dev.hanse.attestation.nvidia.NvidiaRules.Accepted;
import dev.hanse.attestation.nvidia.NvidiaRules.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What NVIDIA GPUs must be. */
@Doc("NVIDIA GPUs, beside the machine they stand in.")
record GpuPolicy(
    @Doc("Accepted architectures; empty: hopper and blackwell.") List<Architecture> architectures,
    @Doc("Which of NVIDIA's reference manifests must be there to compare with: both, vbios, none.")
        @Default("both")
        Manifest manifests,
    @Doc("Whether the report itself must name its firmware; drivers before 550 do not.")
        @Default("true")
        boolean requireFirmwareReport,
    @Doc("Lowest driver, for example 550.90.07.") Optional<String> minDriver,
    @Doc("Lowest VBIOS, for example 96.00.9F.00.01.") Optional<String> minVbios,
    @Doc("Values allowed besides the manifests', by their index from 0.")
        Map<Integer, List<String>> measurements,
    @Doc("Devices of which nothing is believed, in hexadecimal.") List<String> distrustedDevices) {
  GpuPolicy {
    rules(
        architectures,
        manifests,
        requireFirmwareReport,
        minDriver,
        minVbios,
        measurements,
        distrustedDevices);
  }

  NvidiaRules rules() {
    return rules(
        architectures,
        manifests,
        requireFirmwareReport,
        minDriver,
        minVbios,
        measurements,
        distrustedDevices);
  }

  private static NvidiaRules rules(
      List<Architecture> architectures,
      Manifest manifests,
      boolean requireFirmwareReport,
      Optional<String> minDriver,
      Optional<String> minVbios,
      Map<Integer, List<String>> measurements,
      List<String> distrustedDevices) {
    return new NvidiaRules(
        architectures.isEmpty() ? NvidiaRules.strict().architectures() : Set.copyOf(architectures),
        manifests,
        requireFirmwareReport,
        minDriver.map(Accepted::from).orElse(Accepted.ANY),
        minVbios.map(Accepted::from).orElse(Accepted.ANY),
        Digests.byIndex("measurements", measurements),
        Digests.of("distrusted-devices", distrustedDevices));
  }
}
