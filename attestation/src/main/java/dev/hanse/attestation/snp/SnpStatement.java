package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A report together with what its endorsement proved about the machine that made it.
 *
 * @param product the line of the root its chain ends at
 * @param reported the TCB version its signing key was derived for
 * @param committed what the platform cannot be rolled back below
 * @param current what it runs; may be ahead of what it committed to
 * @param launch what it ran when the guest was launched
 * @param hardwareId the chip by its VCEK; empty for a VLEK
 * @param cspId the cloud provider by its VLEK; empty for a VCEK
 * @param revocationChecked whether a revocation list was at hand
 */
public record SnpStatement(
    SnpReport report,
    Product product,
    Tcb reported,
    Tcb committed,
    Tcb current,
    Tcb launch,
    Bytes hardwareId,
    String cspId,
    boolean revocationChecked)
    implements Statement {
  private static final int CHIP_ID_BYTES = 64;

  SnpStatement notRevoked() {
    return new SnpStatement(
        report, product, reported, committed, current, launch, hardwareId, cspId, true);
  }

  /**
   * Whether reported, committed and current versions rise, as firmware that works keeps them: what
   * it reports it committed to, and what it committed to it runs.
   */
  boolean isInOrder() {
    return committed.atLeast(reported)
        && current.atLeast(committed)
        && report.currentFirmware().compareTo(report.committedFirmware()) >= 0;
  }

  /** Whether the report keeps its chip's id back. */
  public boolean chipIdMasked() {
    return report.chipId().equals(Bytes.copyOf(new byte[CHIP_ID_BYTES]));
  }

  /**
   * The chip, in the 64 bytes reports have for it: by its VCEK, even if the report masks it; by the
   * report otherwise. Empty where neither says.
   */
  public Optional<Bytes> chip() {
    if (hardwareId.size() > 0) {
      return Optional.of(padded(hardwareId));
    }
    return chipIdMasked() ? Optional.empty() : Optional.of(report.chipId());
  }

  /** A chip's id in the 64 bytes of reports, whose rest is zero on Turin. */
  static Bytes padded(Bytes hardwareId) {
    return Bytes.copyOf(Arrays.copyOf(hardwareId.toArray(), CHIP_ID_BYTES));
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("report-version", Integer.toString(report.version()));
    facts.put("product", product.vendorName());
    facts.put("signing-key", report.signingKey().name());
    chip().ifPresent(chip -> facts.put("chip-id", chip.hex()));
    if (!cspId.isEmpty()) {
      facts.put("csp-id", cspId);
    }
    facts.put("measurement", report.measurement().hex());
    facts.put("host-data", report.hostData().hex());
    facts.put("report-data", report.reportData().hex());
    facts.put("id-key-digest", report.idKeyDigest().hex());
    facts.put("author-key-digest", report.authorKeyDigest().hex());
    facts.put("family-id", report.familyId().hex());
    facts.put("image-id", report.imageId().hex());
    facts.put("report-id", report.reportId().hex());
    facts.put("guest-svn", Long.toString(report.guestSvn()));
    facts.put("guest-policy", "0x" + Long.toHexString(report.policy()));
    facts.put("platform-info", "0x" + Long.toHexString(report.platform()));
    facts.put("vmpl", report.vmpl() == SnpReport.HOST_VMPL ? "host" : "" + report.vmpl());
    facts.put("tcb-reported", reported.toString());
    facts.put("tcb-committed", committed.toString());
    facts.put("tcb-current", current.toString());
    facts.put("tcb-launch", launch.toString());
    facts.put("firmware-current", report.currentFirmware().toString());
    facts.put("firmware-committed", report.committedFirmware().toString());
    if (report.version() > 2) {
      facts.put("cpuid", report.cpu());
    }
    if (report.version() > 4) {
      facts.put("mitigations-launch", "0x" + Long.toHexString(report.launchMitigations()));
      facts.put("mitigations-current", "0x" + Long.toHexString(report.currentMitigations()));
    }
    facts.put("revocation", revocationChecked ? "not revoked" : "not checked");
    return Map.copyOf(facts);
  }
}
