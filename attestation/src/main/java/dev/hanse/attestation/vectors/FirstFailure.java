package dev.hanse.attestation.vectors;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.policy.Rules;
import java.util.Optional;

/** Keeps the first check that fails, for judges. One thread. */
public final class FirstFailure implements Rules.Checks {
  private Optional<Refusal.Rejected> refusal = Optional.empty();

  @Override
  public void check(String name, boolean holds, Reason otherwise, String detail) {
    check(name, holds, Stage.POLICY, otherwise, detail);
  }

  @Override
  public void check(String name, boolean holds, Stage stage, Reason otherwise, String detail) {
    if (!holds && refusal.isEmpty()) {
      refusal = Optional.of(new Refusal.Rejected(stage, otherwise, detail));
    }
  }

  /** Accepted, unless a check failed. */
  public Verdict verdict() {
    return refusal.<Verdict>map(Verdict.Rejected::new).orElseGet(Verdict.Accepted::new);
  }
}
