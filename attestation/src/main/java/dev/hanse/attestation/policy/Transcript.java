package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.time.Instant;
import java.util.List;

/**
 * What was appraised, and when: enough to appraise it again under whatever comes later.
 *
 * @param parts the environment first, then each GPU
 * @param reportData what each part had to be bound to
 * @param appraisedAt when it came, its challenge open
 * @param certifiedUntil when the certificate issued on it ends: no later result of it holds longer
 */
public record Transcript(
    List<Evidence> parts, Bytes reportData, Instant appraisedAt, Instant certifiedUntil) {
  public Transcript {
    parts = List.copyOf(parts);
  }

  /** Of its evidence, collateral included. */
  public long evidenceBytes() {
    return parts.stream().mapToLong(part -> part.body().size() + part.collateralBytes()).sum();
  }

  /** What a result over this evidence is named by: {@link AttestationResult#evidenceDigest}. */
  public Bytes evidenceDigest() {
    return AttestationResult.digestOf(parts.stream().map(Evidence::digest).toList());
  }
}
