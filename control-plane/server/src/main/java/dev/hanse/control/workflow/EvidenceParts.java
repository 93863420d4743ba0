package dev.hanse.control.workflow;

import dev.hanse.attestation.Evidence;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How much evidence one node may bring, and which parts make one node's proof. */
final class EvidenceParts {
  /** GPU evidence names only the nonce: alone it says nothing of the key that enrols. */
  private static final String GPU = "nvidia-gpu";

  private static final int MOST_GPUS = 16;
  private static final int MOST_COLLATERAL = 32;
  private static final int MOST_PARTS = MOST_GPUS + 2;

  private EvidenceParts() {}

  /** What is wrong with the parts, or nothing. Looks at sizes and names only. */
  static Optional<String> objection(List<Evidence> parts) {
    if (parts.isEmpty() || parts.size() > MOST_PARTS) {
      return Optional.of("1 to " + MOST_PARTS + " parts are accepted, had " + parts.size());
    }
    long collateralBytes = 0;
    Set<String> machine = new HashSet<>();
    int gpus = 0;
    for (Evidence part : parts) {
      if (part.collateral().size() > MOST_COLLATERAL) {
        return Optional.of("a part has at most " + MOST_COLLATERAL + " pieces of collateral");
      }
      collateralBytes += part.collateralBytes();
      if (part.technology().equals(GPU)) {
        gpus++;
      } else if (!machine.add(part.technology())) {
        return Optional.of("a machine has one part of each technology, GPUs aside");
      }
    }
    if (collateralBytes > Evidence.COLLATERAL_LIMIT_BYTES) {
      return Optional.of("collateral of " + collateralBytes + " bytes is over the limit");
    }
    if (machine.isEmpty()) {
      return Optional.of("GPU evidence proves no machine: bring its CPU's or TPM's with it");
    }
    return gpus > MOST_GPUS
        ? Optional.of("at most " + MOST_GPUS + " GPUs are accepted, had " + gpus)
        : Optional.empty();
  }
}
