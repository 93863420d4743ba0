package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds the reference manifests for one report, believes those that hold, and compares. A report
 * names its manifests itself, by fields that its signature covers; which ones those are is NVIDIA's
 * naming (NVIDIA/attestation-sdk). A manifest must say it is for that very product and version: one
 * of another product can be found under a wrong name and be genuine. One thread, one report.
 */
final class Manifests {
  private final CollateralStore store;
  private final CheckedRims checked;
  private final Instant at;
  private Instant validUntil = Instant.MAX;

  Manifests(CollateralStore store, CheckedRims checked, Instant at) {
    this.store = store;
    this.checked = checked;
    this.at = at;
  }

  /** When the first certificate of the manifests found expires; {@link Instant#MAX}: none found. */
  Instant validUntil() {
    return validUntil;
  }

  GpuStatement compare(
      SpdmReport report,
      OpaqueFields fields,
      Architecture architecture,
      Bytes device,
      Bytes firmware)
      throws Rejection {
    Map<Integer, Bytes> measurements = new TreeMap<>();
    report.measurements().forEach((index, value) -> measurements.put(index - 1, value));
    boolean decoderOff = fields.videoDecoderOff();
    String product = fields.chip().orElse(architecture.product());
    String vbiosId = vbiosId(fields);
    Optional<Rim> vbios = find(vbiosId, product, fields.vbiosVersion());
    Optional<RimComparison> driverComparison = Optional.empty();
    if (fields.driverVersion().isPresent()) {
      String version = fields.driverVersion().get();
      String prefix = architecture == Architecture.HOPPER ? "NV_GPU_DRIVER_" : "NV_GPU_CC_DRIVER_";
      String driverId = prefix + product + "_" + version;
      Optional<Rim> driver = find(driverId, product, version);
      if (driver.isPresent() && vbios.isPresent()) {
        Rim.requireDisjoint(driver.get(), vbios.get());
      }
      driverComparison = Optional.of(compared(driver, driverId, measurements, decoderOff));
    }
    return new GpuStatement(
        architecture,
        device,
        fields.driverVersion(),
        fields.vbiosVersion(),
        firmware,
        fields.firmware().isPresent(),
        measurements,
        driverComparison,
        compared(vbios, vbiosId, measurements, decoderOff));
  }

  private static String vbiosId(OpaqueFields fields) {
    String version = fields.vbiosVersion().replace(".", "");
    return fields
        .board()
        .map(board -> "NV_GPU_VBIOS_" + board.toUpperCase(Locale.ROOT) + "_" + version)
        // The report does not tell a switch's board; the one there is has this name.
        .orElse("NV_SWITCH_BIOS_5612_0002_890_" + version);
  }

  private static RimComparison compared(
      Optional<Rim> rim, String id, Map<Integer, Bytes> measurements, boolean decoderOff) {
    return rim.map(found -> found.compare(id, measurements, decoderOff))
        .orElseGet(() -> RimComparison.missing(id));
  }

  private Optional<Rim> find(String id, String product, String version) throws Rejection {
    Optional<Bytes> kept = store.find(new CollateralStore.Id(NvidiaVerifier.RIM_KIND, id));
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    Rim rim = checked.of(id, kept.get(), at);
    Rejection.unless(
        rim.product().equals(product) && rim.version().equalsIgnoreCase(version),
        Stage.ENDORSEMENT,
        Reason.PRODUCT_MISMATCH,
        "what the store has as " + id + " is for another product or version");
    validUntil = rim.validUntil().isBefore(validUntil) ? rim.validUntil() : validUntil;
    return Optional.of(rim);
  }
}
