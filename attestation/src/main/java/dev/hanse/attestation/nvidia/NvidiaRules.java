package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a GPU or switch must be. Where there is nothing to compare, such as a switch's driver, a
 * rule is not applied; where there is and it is not known to be good, it refuses.
 *
 * @param architectures those allowed
 * @param manifests which reference manifests must be in our store: one that is there must match in
 *     any case
 * @param firmwareReportRequired whether the report itself must name the firmware's digest, which
 *     drivers before 550 and switches do not
 * @param driver of GPUs
 * @param vbios of GPUs and switches
 * @param measurements by the manifests' index, from 0: values allowed in addition to the manifests'
 *     word
 * @param distrustedDevices by {@link GpuStatement#device}
 */
public record NvidiaRules(
    Set<Architecture> architectures,
    Manifest manifests,
    boolean firmwareReportRequired,
    Accepted driver,
    Accepted vbios,
    Map<Integer, Set<Bytes>> measurements,
    Set<Bytes> distrustedDevices)
    implements Rules {
  private static final int INDEX_LIMIT = 254;

  /** Which manifests must have been there to compare with. */
  public enum Manifest {
    /** Driver's and VBIOS's. */
    BOTH,
    /** The VBIOS's alone: the driver then goes unmeasured against anything NVIDIA signed. */
    VBIOS,
    /** Neither: only what else the rules say. */
    NONE
  }

  /**
   * Versions that are taken.
   *
   * @param versions empty: any
   * @param floor the lowest; empty: any
   */
  public record Accepted(Set<String> versions, Optional<String> floor) {
    public static final Accepted ANY = new Accepted(Set.of(), Optional.empty());

    public Accepted {
      versions = Set.copyOf(versions);
    }

    public static Accepted exactly(Set<String> versions) {
      return new Accepted(versions, Optional.empty());
    }

    public static Accepted from(String floor) {
      return new Accepted(Set.of(), Optional.of(floor));
    }
  }

  public NvidiaRules {
    architectures = Set.copyOf(architectures);
    distrustedDevices = Set.copyOf(distrustedDevices);
    driver.versions().forEach(Versions::requireDriver);
    driver.floor().ifPresent(Versions::requireDriver);
    vbios.versions().forEach(Versions::requireVbios);
    vbios.floor().ifPresent(Versions::requireVbios);
    Map<Integer, Set<Bytes>> copy = new TreeMap<>();
    measurements.forEach((index, values) -> {
      if (index < 0 || index > INDEX_LIMIT) {
        throw new IllegalArgumentException("measurements are 0 to 254, not " + index);
      }
      copy.put(index, Set.copyOf(values));
    });
    measurements = Collections.unmodifiableMap(copy);
  }

  /** GPUs, with both manifests and a firmware digest in the report; any version. */
  public static NvidiaRules strict() {
    return new NvidiaRules(
        Set.of(Architecture.HOPPER, Architecture.BLACKWELL),
        Manifest.BOTH,
        true,
        Accepted.ANY,
        Accepted.ANY,
        Map.of(),
        Set.of());
  }

  public NvidiaRules withArchitectures(Set<Architecture> allowed) {
    return new NvidiaRules(
        allowed, manifests, firmwareReportRequired, driver, vbios, measurements, distrustedDevices);
  }

  public NvidiaRules withManifests(Manifest required) {
    return new NvidiaRules(
        architectures,
        required,
        firmwareReportRequired,
        driver,
        vbios,
        measurements,
        distrustedDevices);
  }

  public NvidiaRules withFirmwareReportRequired(boolean required) {
    return new NvidiaRules(
        architectures, manifests, required, driver, vbios, measurements, distrustedDevices);
  }

  public NvidiaRules withDriver(Accepted accepted) {
    return new NvidiaRules(
        architectures,
        manifests,
        firmwareReportRequired,
        accepted,
        vbios,
        measurements,
        distrustedDevices);
  }

  public NvidiaRules withVbios(Accepted accepted) {
    return new NvidiaRules(
        architectures,
        manifests,
        firmwareReportRequired,
        driver,
        accepted,
        measurements,
        distrustedDevices);
  }

  public NvidiaRules withMeasurements(Map<Integer, Set<Bytes>> allowed) {
    return new NvidiaRules(
        architectures,
        manifests,
        firmwareReportRequired,
        driver,
        vbios,
        allowed,
        distrustedDevices);
  }

  public NvidiaRules withDistrustedDevices(Set<Bytes> devices) {
    return new NvidiaRules(
        architectures, manifests, firmwareReportRequired, driver, vbios, measurements, devices);
  }

  @Override
  public String technology() {
    return NvidiaVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    if (!(claims.statement() instanceof GpuStatement statement)) {
      checks.check("statement", false, Reason.TYPE, "these are no claims of NVIDIA evidence");
      return;
    }
    checks.check(
        "architecture",
        architectures.contains(statement.architecture()),
        Reason.DISTRUSTED,
        statement.architecture() + " is not allowed");
    checks.check(
        "device",
        !distrustedDevices.contains(statement.device()),
        Reason.DISTRUSTED,
        "device " + statement.device().hex() + " is distrusted");
    checks.check(
        "fwid",
        statement.firmwareReported() || !firmwareReportRequired,
        Reason.FWID,
        "the report does not name its firmware");
    statement
        .driverVersion()
        .ifPresent(version ->
            checks.check(
                "driver-version",
                isAccepted(driver, version)
                    && driver.floor().stream()
                        .allMatch(floor -> Versions.driverAtLeast(version, floor)),
                Reason.DRIVER_VERSION,
                "driver " + version + " is not allowed"));
    String vbiosVersion = statement.vbiosVersion();
    checks.check(
        "vbios-version",
        isAccepted(vbios, vbiosVersion)
            && vbios.floor().stream().allMatch(floor -> Versions.vbiosAtLeast(vbiosVersion, floor)),
        Reason.VBIOS_VERSION,
        "VBIOS " + vbiosVersion + " is not allowed");
    statement
        .driverRim()
        .ifPresent(rim -> checkRim("rim-driver", rim, manifests == Manifest.BOTH, checks));
    checkRim("rim-vbios", statement.vbiosRim(), manifests != Manifest.NONE, checks);
    measurements.forEach((index, allowed) -> {
      Bytes value = statement.measurements().get(index);
      checks.check(
          "measurement-" + index,
          value != null && allowed.contains(value),
          Reason.MEASUREMENT,
          "measurement " + index + (value == null ? " is missing" : " is not allowed"));
    });
  }

  private static boolean isAccepted(Accepted accepted, String version) {
    return accepted.versions().isEmpty() || accepted.versions().contains(version);
  }

  private static void checkRim(String name, RimComparison rim, boolean required, Checks checks) {
    if (!rim.found()) {
      checks.check(name, !required, Reason.NO_RIM, rim.summary());
    } else {
      checks.check(name, rim.matches(), Reason.MEASUREMENT, rim.summary());
    }
  }
}
