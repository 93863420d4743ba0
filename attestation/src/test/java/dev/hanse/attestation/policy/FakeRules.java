package dev.hanse.attestation.policy;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import java.time.Instant;

/** Makes one check, which comes out as it is told. */
public record FakeRules(String technology, boolean holds) implements Rules {
  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    checks.check("debug", holds, Reason.DEBUG, "debugging is on");
  }
}
