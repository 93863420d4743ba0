package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Statement;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Verifies whatever it is told to. */
public final class FakeVerifier extends Verifier {
  private final Bytes reportData;
  private final Instant producedAt;
  private final Instant endorsedUntil;
  private final Map<String, String> facts;

  public FakeVerifier(
      String technology,
      Level level,
      Bytes reportData,
      Instant producedAt,
      Instant endorsedUntil,
      Map<String, String> facts) {
    super(technology, level);
    this.reportData = reportData;
    this.producedAt = producedAt;
    this.endorsedUntil = endorsedUntil;
    this.facts = facts;
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) {
    return verified(
        evidence,
        Map.of(Bound.REPORT_DATA, reportData),
        Optional.of(producedAt),
        endorsedUntil,
        Statement.of(facts));
  }
}
