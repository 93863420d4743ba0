package dev.hanse.attestation;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What evidence proved. It exists only if a {@link Verifier} checked every signature: nobody else
 * can make one.
 */
public final class VerifiedClaims {
  /** Size of an exchange's report data: what every technology binds, whole or by its digest. */
  public static final int REPORT_DATA_BYTES = 64;

  private final String technology;
  private final Level level;
  private final Bytes evidenceDigest;
  private final Map<Bound, Bytes> bound;
  private final Optional<Instant> producedAt;
  private final Instant endorsedUntil;
  private final Statement statement;

  VerifiedClaims(
      String technology,
      Level level,
      Bytes evidenceDigest,
      Map<Bound, Bytes> bound,
      Optional<Instant> producedAt,
      Instant endorsedUntil,
      Statement statement) {
    this.technology = technology;
    this.level = level;
    this.evidenceDigest = evidenceDigest;
    this.bound = Map.copyOf(bound);
    this.producedAt = producedAt;
    this.endorsedUntil = endorsedUntil;
    this.statement = statement;
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

  /** The fields its attester's caller chose; one that is missing binds nothing. */
  public Map<Bound, Bytes> bound() {
    return bound;
  }

  /** When the attester made the evidence, by its own signed word, where it gives one. */
  public Optional<Instant> producedAt() {
    return producedAt;
  }

  /** When the first of the endorsements it rests on expires; {@link Instant#MAX}: none does. */
  public Instant endorsedUntil() {
    return endorsedUntil;
  }

  public Statement statement() {
    return statement;
  }

  /** What was measured, by name. */
  public Map<String, String> measurements() {
    return statement.facts();
  }
}
