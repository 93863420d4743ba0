package dev.hanse.attestation.snp;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;

/** What SEV-SNP reports must state beyond being genuine. */
public record SnpRules(GuestRules guest, MachineRules machine) implements Rules {
  /** No debugging, no migration, VMPL 0, no VLEK, no masked chip; any image and TCB. */
  public static SnpRules strict() {
    return new SnpRules(GuestRules.strict(), MachineRules.strict());
  }

  @Override
  public String technology() {
    return SnpVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    boolean readable = claims.statement() instanceof SnpStatement;
    checks.check(
        "statement", readable, Reason.TYPE, "claims of " + claims.technology() + " are no report");
    if (claims.statement() instanceof SnpStatement statement) {
      guest.judge(statement, checks);
      machine.judge(statement, at, checks);
    }
  }
}
