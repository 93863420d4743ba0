package dev.hanse.attestation.policy;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The checks of one appraisal as they are made. One thread. */
public final class CheckList implements Rules.Checks {
  private final List<Check> checks = new ArrayList<>();
  private String prefix = "";
  private Optional<Refusal> first = Optional.empty();

  /** Names what follows after a part; empty for the environment itself. */
  void about(String part) {
    this.prefix = part.isEmpty() ? "" : part + "/";
  }

  /** Notes a check that holds. */
  public void passed(String name) {
    checks.add(Check.passed(prefix + name));
  }

  void check(String name, boolean holds, Refusal otherwise) {
    checks.add(
        holds ? Check.passed(prefix + name) : new Check(prefix + name, false, otherwise.message()));
    if (!holds && first.isEmpty()) {
      first = Optional.of(otherwise);
    }
  }

  @Override
  public void check(String name, boolean holds, Reason otherwise, String detail) {
    check(name, holds, Stage.POLICY, otherwise, detail);
  }

  @Override
  public void check(String name, boolean holds, Stage stage, Reason otherwise, String detail) {
    check(name, holds, new Refusal.Rejected(stage, otherwise, detail));
  }

  /** Why the first check that failed did. */
  public Optional<Refusal> firstRefusal() {
    return first;
  }

  /** All of them, in the order they were made. */
  public List<Check> checks() {
    return List.copyOf(checks);
  }
}
