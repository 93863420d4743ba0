package dev.hanse.control.workflow;

import dev.hanse.attestation.Evidence;
import java.util.List;
import java.util.Optional;

/** How much evidence one node may bring; what it must consist of is the appraiser's to say. */
final class EvidenceParts {
  private static final int MOST_COLLATERAL = 32;

  /** A TEE or TPM, and sixteen GPUs. */
  private static final int MOST_PARTS = 17;

  private EvidenceParts() {}

  /** What there is too much of, or nothing. */
  static Optional<String> objection(List<Evidence> parts) {
    if (parts.isEmpty() || parts.size() > MOST_PARTS) {
      return Optional.of("1 to " + MOST_PARTS + " parts are accepted, had " + parts.size());
    }
    long collateralBytes = 0;
    for (Evidence part : parts) {
      if (part.collateral().size() > MOST_COLLATERAL) {
        return Optional.of("a part has at most " + MOST_COLLATERAL + " pieces of collateral");
      }
      collateralBytes += part.collateralBytes();
    }
    return collateralBytes > Evidence.COLLATERAL_LIMIT_BYTES
        ? Optional.of("collateral of " + collateralBytes + " bytes is over the limit")
        : Optional.empty();
  }
}
