package dev.hanse.attestation.azure;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import java.util.Map;

/** Vectors that hold a capture, and what became of them. */
final class Captures {
  private Captures() {}

  /** A word for it, or stage and reason. */
  static String outcome(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted() -> "accepted";
      case Verdict.Rejected(Refusal.Rejected(Stage stage, var reason, var _)) ->
          stage + " " + reason;
      case Verdict.CryptoOk(var _), Verdict.Matched(var _) -> "neither";
    };
  }

  /** The same vector of other files. */
  static Vector with(Vector vector, Map<String, Bytes> files) {
    return new Vector(
        vector.id(),
        files,
        vector.trustAnchor(),
        vector.anchorNote(),
        vector.time(),
        vector.expect(),
        vector.stage(),
        vector.reason(),
        vector.params());
  }
}
