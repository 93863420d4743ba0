package dev.hanse.control.workflow;

import dev.hanse.attestation.policy.Appraiser;

/**
 * What evidence is judged by at one moment: a policy and the collateral its verifiers see.
 *
 * @param revision rises with each change of either; a judgement under a lower one is to be repeated
 */
public record Trust(long revision, Appraiser appraiser) {
  /** The policy's id and version. */
  public String policy() {
    return appraiser.policy().name();
  }

  /** The next one. */
  public Trust changedTo(Appraiser next) {
    return new Trust(revision + 1, next);
  }
}
