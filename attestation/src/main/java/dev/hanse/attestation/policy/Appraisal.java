package dev.hanse.attestation.policy;

import dev.hanse.attestation.Refusal;
import java.util.List;

/** The outcome of an appraisal: each names the checks that were made, in order. */
public sealed interface Appraisal {
  List<Check> checks();

  record Accepted(AttestationResult result) implements Appraisal {
    @Override
    public List<Check> checks() {
      return result.checks();
    }
  }

  /**
   * Not accepted.
   *
   * @param refusal about the first check that failed
   */
  record Refused(Refusal refusal, List<Check> checks) implements Appraisal {
    public Refused {
      checks = List.copyOf(checks);
    }
  }
}
