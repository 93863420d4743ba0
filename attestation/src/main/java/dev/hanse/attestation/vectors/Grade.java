package dev.hanse.attestation.vectors;

import dev.hanse.attestation.Refusal;
import java.util.Locale;

/**
 * A verdict held against what its vector expects.
 *
 * @param got in the words of {@link Vector#expect}
 * @param stage lower-case; {@code -} for none
 * @param reason the {@code Reason} by name; {@code OK} for none
 */
public record Grade(
    Vector vector, String got, String stage, String reason, String detail, boolean asExpected) {

  /** Holds a verdict against its vector. */
  public static Grade of(Vector vector, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted() ->
          new Grade(
              vector,
              "accept",
              "-",
              "OK",
              "",
              vector.expect().equals("accept") || vector.expect().equals("any"));
      case Verdict.Rejected(var refusal) ->
          named(
              vector,
              "reject",
              refusal,
              vector.expect().equals("any")
                  || (vector.expect().equals("reject") && names(vector, refusal)));
      case Verdict.CryptoOk(var refusal) ->
          named(
              vector,
              "crypto-ok",
              refusal,
              vector.expect().equals("crypto-ok") && names(vector, refusal));
      case Verdict.Matched(var outcome) ->
          new Grade(
              vector,
              outcome,
              vector.stage(),
              vector.reason(),
              "",
              outcome.equals(vector.expect()));
    };
  }

  private static boolean names(Vector vector, Refusal.Rejected refusal) {
    return refusal.reason().name().equals(vector.reason())
        && refusal.stage().name().toLowerCase(Locale.ROOT).equals(vector.stage());
  }

  private static Grade named(
      Vector vector, String got, Refusal.Rejected refusal, boolean asExpected) {
    return new Grade(
        vector,
        got,
        refusal.stage().name().toLowerCase(Locale.ROOT),
        refusal.reason().name(),
        refusal.detail(),
        asExpected);
  }
}
