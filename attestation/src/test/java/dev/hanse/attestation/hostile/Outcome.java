package dev.hanse.attestation.hostile;

import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.vectors.Verdict;
import java.util.function.Consumer;

/** Says in one line what came out of a verifier or of rules, to compare with what should. */
public final class Outcome {
  public static final String OK = "OK";

  private Outcome() {}

  /** {@code OK}, or stage and reason of a refusal: {@code PARSE LENGTH}. */
  public static String of(Verification verification) {
    return switch (verification) {
      case Verification.Verified _ -> OK;
      case Verification.Refused(Refusal.Rejected(var stage, var reason, var _)) ->
          stage + " " + reason;
      case Verification.Refused(var other) -> other.code();
    };
  }

  /** {@code OK}, or the stage and reason of the first check that failed. */
  public static String of(Consumer<Rules.Checks> judging) {
    CheckList failure = new CheckList();
    judging.accept(failure);
    return Verdict.of(failure) instanceof Verdict.Rejected(var refusal)
        ? refusal.stage() + " " + refusal.reason()
        : OK;
  }
}
