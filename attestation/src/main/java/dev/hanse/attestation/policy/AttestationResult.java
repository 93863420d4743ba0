package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.VerifiedClaims;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Evidence that passed: what a relying party may act on until it expires. Only an {@link Appraiser}
 * makes one, and only of verified claims of which every check passed.
 */
public final class AttestationResult {
  private final String technology;
  private final Level level;
  private final String policy;
  private final Bytes evidenceDigest;
  private final Bytes reportData;
  private final Map<String, String> measurements;
  private final List<Check> checks;
  private final Instant appraisedAt;
  private final Instant expiresAt;

  AttestationResult(
      VerifiedClaims claims,
      Bytes reportData,
      AppraisalPolicy policy,
      List<Check> checks,
      Instant appraisedAt,
      Instant expiresAt) {
    if (checks.isEmpty() || !checks.stream().allMatch(Check::passed)) {
      throw new IllegalStateException("a result needs every check passed, had " + checks);
    }
    this.technology = claims.technology();
    this.level = claims.level();
    this.policy = policy.id();
    this.evidenceDigest = claims.evidenceDigest();
    this.reportData = reportData;
    this.measurements = claims.measurements();
    this.checks = List.copyOf(checks);
    this.appraisedAt = appraisedAt;
    this.expiresAt = expiresAt;
  }

  public String technology() {
    return technology;
  }

  public Level level() {
    return level;
  }

  /** The id of the policy that was applied. */
  public String policy() {
    return policy;
  }

  public Bytes evidenceDigest() {
    return evidenceDigest;
  }

  /** Which nonce, key and claims it is about; see {@code ReportData}. */
  public Bytes reportData() {
    return reportData;
  }

  public Map<String, String> measurements() {
    return measurements;
  }

  /** All of them passed. */
  public List<Check> checks() {
    return checks;
  }

  public Instant appraisedAt() {
    return appraisedAt;
  }

  public Instant expiresAt() {
    return expiresAt;
  }
}
