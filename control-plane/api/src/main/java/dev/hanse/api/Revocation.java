package dev.hanse.api;

import java.time.Instant;
import java.util.Optional;

/**
 * Trust withdrawn, or given back: whatever it names gets no identity, and those issued to it are
 * refused.
 *
 * @param value what is revoked, as {@code kind} spells it; 1 to 256 printable characters
 * @param lifted whether it was taken back
 * @param revision of two records about one thing the higher one counts
 * @param at when an operator, or a policy, decided so
 * @param expiresAt when it is over by itself; empty: never
 * @param reason for people; may be empty
 */
public record Revocation(
    Kind kind,
    String value,
    boolean lifted,
    long revision,
    Instant at,
    Optional<Instant> expiresAt,
    String reason) {
  private static final int MOST_CHARS = 256;

  /** What can be revoked. */
  public enum Kind {
    /** A node, by its id: for good, whatever evidence it brings. */
    NODE,
    /**
     * One attestation result, by the SHA-256 of its evidence: the node may bring fresh evidence.
     */
    RESULT,
    /** Every result of a technology, for example {@code sev-snp}. */
    TECHNOLOGY,
    /** Every result of a policy, by its id. */
    POLICY,
    /** Every result whose evidence states a fact, {@code name=value}: a chip, an EK, a product. */
    FACT
  }

  public Revocation {
    if (value.isBlank() || value.length() > MOST_CHARS || reason.length() > MOST_CHARS) {
      throw new IllegalArgumentException("a revocation names 1 to 256 characters");
    }
    if (value.chars().anyMatch(Character::isISOControl)
        || reason.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a revocation holds no control characters");
    }
    if (kind == Kind.FACT && value.indexOf('=') < 1) {
      throw new IllegalArgumentException("a fact looks like chip-id=0a1b, was " + value);
    }
    if (kind == Kind.NODE) {
      var _ = NodeId.parse(value);
    }
    if (revision < 1) {
      throw new IllegalArgumentException("a revision is above 0, was " + revision);
    }
  }

  /** What it is about: of two records with one subject only one counts. */
  public String subject() {
    return kind + ":" + value;
  }

  public boolean isInForceAt(Instant now) {
    return !lifted && (expiresAt.isEmpty() || now.isBefore(expiresAt.get()));
  }
}
