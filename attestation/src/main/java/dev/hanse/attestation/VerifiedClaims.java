package dev.hanse.attestation;

import java.time.Instant;
import java.util.Map;

/**
 * What evidence proved. It exists only if a {@link Verifier} checked every signature: nobody else
 * can make one.
 */
public final class VerifiedClaims {
  /** Size of report data in every technology: the one field a verifier's caller chose. */
  public static final int REPORT_DATA_BYTES = 64;

  private final String technology;
  private final Level level;
  private final Bytes evidenceDigest;
  private final Bytes reportData;
  private final Instant producedAt;
  private final Instant endorsedUntil;
  private final Map<String, String> measurements;

  VerifiedClaims(
      String technology,
      Level level,
      Bytes evidenceDigest,
      Bytes reportData,
      Instant producedAt,
      Instant endorsedUntil,
      Map<String, String> measurements) {
    if (reportData.size() != REPORT_DATA_BYTES) {
      throw new IllegalStateException(
          technology + " verified report data of " + reportData.size() + " bytes");
    }
    this.technology = technology;
    this.level = level;
    this.evidenceDigest = evidenceDigest;
    this.reportData = reportData;
    this.producedAt = producedAt;
    this.endorsedUntil = endorsedUntil;
    this.measurements = Map.copyOf(measurements);
  }

  public String technology() {
    return technology;
  }

  public Level level() {
    return level;
  }

  /** {@link Evidence#digest} of what was verified. */
  public Bytes evidenceDigest() {
    return evidenceDigest;
  }

  public Bytes reportData() {
    return reportData;
  }

  /** When the attester made the evidence, by its own signed word. */
  public Instant producedAt() {
    return producedAt;
  }

  /** When the first of the endorsements it rests on expires; {@link Instant#MAX}: none does. */
  public Instant endorsedUntil() {
    return endorsedUntil;
  }

  /** What was measured, by name. */
  public Map<String, String> measurements() {
    return measurements;
  }
}
