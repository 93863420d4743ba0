package dev.hanse.attestation.tdx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import org.junit.jupiter.api.function.Executable;

/** What tests ask of verifications. */
final class Refusals {
  private Refusals() {}

  static VerifiedClaims claims(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return ((Verification.Verified) verification).claims();
  }

  static TdxStatement statement(Verification verification) {
    return (TdxStatement) claims(verification).statement();
  }

  static void refused(Verification verification, Stage stage, Reason reason) {
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    named(((Verification.Refused) verification).refusal(), stage, reason);
  }

  static void rejected(Executable act, Stage stage, Reason reason) {
    Rejection rejection = assertThrows(Rejection.class, act);
    named(rejection.refusal(), stage, reason);
  }

  private static void named(Refusal refusal, Stage stage, Reason reason) {
    assertThat(refusal).isInstanceOf(Refusal.Rejected.class);
    Refusal.Rejected rejected = (Refusal.Rejected) refusal;
    assertThat(rejected.stage() + " " + rejected.reason())
        .as(rejected.detail())
        .isEqualTo(stage + " " + reason);
    assertThat(rejected.detail()).isNotBlank();
  }
}
