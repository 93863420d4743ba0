package dev.hanse.attestation.azure;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tdx.TdxRules;
import dev.hanse.attestation.tdx.TdxVerifier;
import dev.hanse.attestation.tpm.TpmRules;
import java.time.Instant;

/**
 * What a confidential virtual machine must state: what its TEE's report must by itself, and what
 * its virtual TPM's quote must by itself. Checks are named {@code tee/…} and {@code vtpm/…}.
 *
 * @param technology {@link AzureVerifier#SNP} or {@link AzureVerifier#TDX}
 * @param tee rules of the report's technology
 */
public record AzureRules(String technology, Rules tee, TpmRules vtpm) implements Rules {
  public AzureRules {
    String wanted =
        switch (technology) {
          case AzureVerifier.SNP -> SnpVerifier.TECHNOLOGY;
          case AzureVerifier.TDX -> TdxVerifier.TECHNOLOGY;
          default -> throw new IllegalArgumentException("not a technology of Azure: " + technology);
        };
    if (!tee.technology().equals(wanted)) {
      throw new IllegalArgumentException(technology + " is judged by rules of " + wanted);
    }
  }

  /** On SEV-SNP, both parts by their strict rules. */
  public static AzureRules strictOnSnp() {
    return new AzureRules(AzureVerifier.SNP, SnpRules.strict(), TpmRules.strict());
  }

  /** On TDX, both parts by their strict rules. */
  public static AzureRules strictOnTdx() {
    return new AzureRules(AzureVerifier.TDX, TdxRules.strict(), TpmRules.strict());
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    judge(claims, at, at, checks);
  }

  @Override
  public void judge(VerifiedClaims claims, Instant cameAt, Instant now, Checks checks) {
    if (claims.statement() instanceof AzureStatement statement) {
      Checks ofTee = new Prefixed("tee/", checks);
      if (statement.tee().isPresent()) {
        tee.judge(statement.tee().get(), cameAt, now, ofTee);
      } else {
        ofTee.check(
            "collateral",
            false,
            Stage.COLLATERAL,
            Reason.NO_COLLATERAL,
            "what Intel says of the platform is not at hand");
      }
      vtpm.judge(statement.tpm(), cameAt, new Prefixed("vtpm/", checks));
    } else {
      checks.check("statement", false, Reason.TYPE, "the claims are none of Azure's");
    }
  }

  @Override
  public void accepted(VerifiedClaims claims, Instant at) {
    if (claims.statement() instanceof AzureStatement statement) {
      vtpm.accepted(statement.tpm(), at);
    }
  }

  private record Prefixed(String prefix, Checks checks) implements Checks {
    @Override
    public void check(String name, boolean holds, Reason otherwise, String detail) {
      checks.check(prefix + name, holds, otherwise, detail);
    }

    @Override
    public void check(String name, boolean holds, Stage stage, Reason otherwise, String detail) {
      checks.check(prefix + name, holds, stage, otherwise, detail);
    }
  }
}
