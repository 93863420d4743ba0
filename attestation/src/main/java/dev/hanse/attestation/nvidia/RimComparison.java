package dev.hanse.attestation.nvidia;

import java.util.List;

/**
 * A report held against one reference manifest.
 *
 * @param id the manifest's name at NVIDIA
 * @param found whether our store has it; then its signature and chain hold
 * @param compared how many indices it asks for
 * @param differing those that are missing or hold another value
 * @param skipped those it asks for which the device says are void
 */
public record RimComparison(
    String id, boolean found, int compared, List<Integer> differing, List<Integer> skipped) {
  public RimComparison {
    differing = List.copyOf(differing);
    skipped = List.copyOf(skipped);
  }

  static RimComparison missing(String id) {
    return new RimComparison(id, false, 0, List.of(), List.of());
  }

  boolean matches() {
    return found && differing.isEmpty();
  }

  String summary() {
    if (!found) {
      return id + ": not in the store, nothing was compared";
    }
    return id
        + ": "
        + (compared - differing.size())
        + " of "
        + compared
        + " equal"
        + (differing.isEmpty() ? "" : ", other at " + differing)
        + (skipped.isEmpty() ? "" : ", void by the device's word " + skipped);
  }
}
