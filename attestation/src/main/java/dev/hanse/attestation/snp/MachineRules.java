package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.policy.Rules.Checks;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is wanted of the machine and of who vouches for it.
 *
 * @param minimumVersion of reports, 2 to 5; since 3 they name their CPU
 * @param distrustedProducts lines of which nothing is believed, whatever its TCB: their secrets can
 *     be had
 * @param distrustedChips by chip id: 8 bytes of Turin, or 64. A VLEK's report of a masked chip
 *     names none: who allows VLEKs relies on the provider to take such a chip out
 * @param allowMaskedChip whether a report may keep its chip's id back although its VCEK names it
 * @param allowVlek whether a cloud provider's key may vouch for a machine
 * @param cspIds which providers' keys, as their certificates name them; empty: any
 * @param forbiddenFeatures what a platform must not have on, for example SMT
 * @param requiredFeatures what it must have, for example its check for aliased memory
 * @param floors TCB versions; without any, every version is accepted; with some, a line that has no
 *     floor is refused
 */
public record MachineRules(
    int minimumVersion,
    Set<Product> distrustedProducts,
    Set<Bytes> distrustedChips,
    boolean allowMaskedChip,
    boolean allowVlek,
    Set<String> cspIds,
    Set<PlatformFeature> forbiddenFeatures,
    Set<PlatformFeature> requiredFeatures,
    List<TcbFloor> floors) {
  /** Of reports, that there can be. */
  static final int LOWEST_VERSION = 2;

  public MachineRules {
    if (minimumVersion < LOWEST_VERSION || minimumVersion > 5) {
      throw new IllegalArgumentException("report versions are 2 to 5, was " + minimumVersion);
    }
    distrustedProducts = Set.copyOf(distrustedProducts);
    distrustedChips = padded(distrustedChips);
    cspIds = Set.copyOf(cspIds);
    forbiddenFeatures = Set.copyOf(forbiddenFeatures);
    requiredFeatures = Set.copyOf(requiredFeatures);
    floors = List.copyOf(floors);
  }

  /** Any product line and TCB; no VLEK, no masked chip. */
  public static MachineRules strict() {
    return new MachineRules(
        LOWEST_VERSION, Set.of(), Set.of(), false, false, Set.of(), Set.of(), Set.of(), List.of());
  }

  void judge(SnpStatement statement, Instant at, Checks checks) {
    SnpReport report = statement.report();
    checks.check(
        "product-trusted",
        !distrustedProducts.contains(statement.product()),
        Reason.DISTRUSTED,
        "the product line " + statement.product().vendorName() + " is not trusted here");
    checks.check(
        "chip-trusted",
        statement.chip().map(chip -> !distrustedChips.contains(chip)).orElse(true),
        Reason.DISTRUSTED,
        "the chip " + report.chipId() + " is not trusted here");
    checks.check(
        "report-version",
        report.version() >= minimumVersion,
        Reason.VERSION,
        "report version is " + report.version() + ", at least " + minimumVersion + " is wanted");
    judgeKey(statement, checks);
    for (PlatformFeature feature : new TreeSet<>(forbiddenFeatures)) {
      checks.check(
          "platform-without-" + GuestRules.word(feature),
          !report.has(feature),
          Reason.PLATFORM_INFO,
          "the platform has " + feature + ", which is forbidden here");
    }
    for (PlatformFeature feature : new TreeSet<>(requiredFeatures)) {
      checks.check(
          "platform-with-" + GuestRules.word(feature),
          report.has(feature),
          Reason.PLATFORM_INFO,
          "the platform lacks " + feature + ", which is required here");
    }
    if (!floors.isEmpty()) {
      judgeTcb(statement, at, checks);
    }
    checks.check(
        "tcb-order",
        statement.isInOrder(),
        Reason.TCB_ORDER,
        "TCB reported ("
            + statement.reported()
            + "), committed ("
            + statement.committed()
            + ") and current ("
            + statement.current()
            + ") do not rise");
  }

  private void judgeKey(SnpStatement statement, Checks checks) {
    switch (statement.report().signingKey()) {
      case VCEK ->
          checks.check(
              "chip-id",
              allowMaskedChip || !statement.chipIdMasked(),
              Reason.CHIP_ID_MASKED,
              "the report keeps its chip's id back");
      case VLEK -> {
        checks.check(
            "vlek", allowVlek, Reason.VLEK_NOT_ALLOWED, "a VLEK signed, which is not allowed here");
        checks.check(
            "csp",
            cspIds.isEmpty() || cspIds.contains(statement.cspId()),
            Reason.CSP_ID,
            "the VLEK is of " + statement.cspId() + ", which is not an accepted provider");
      }
    }
  }

  private void judgeTcb(SnpStatement statement, Instant at, Checks checks) {
    boolean known = false;
    boolean holds = true;
    for (TcbFloor floor : floors) {
      if (floor.product() == statement.product()) {
        known = true;
        holds &= !floor.inForce(at) || floor.holds(statement);
      }
    }
    checks.check(
        "tcb-floor",
        known && holds,
        Reason.TCB_BELOW_FLOOR,
        known
            ? "TCB reported ("
                + statement.reported()
                + "), committed ("
                + statement.committed()
                + ") or at launch ("
                + statement.launch()
                + ") is below the floor"
            : "there is no floor for " + statement.product().vendorName());
  }

  private static Set<Bytes> padded(Set<Bytes> chips) {
    Set<Bytes> padded = new HashSet<>();
    for (Bytes chip : chips) {
      if (chip.size() != 8 && chip.size() != 64) {
        throw new IllegalArgumentException("a chip id has 8 or 64 bytes, was " + chip.size());
      }
      padded.add(SnpStatement.padded(chip));
    }
    return Set.copyOf(padded);
  }
}
