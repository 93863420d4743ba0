package dev.hanse.api;

import java.time.Instant;

/**
 * What a control plane concluded from a node's evidence.
 *
 * @param technology the evidence's format, for example {@code simulated}
 * @param expiresAt after this instant the node counts as not attested
 */
public record AttestationSummary(
    String technology, AttestationLevel level, Instant appraisedAt, Instant expiresAt) {
  public boolean isFreshAt(Instant now) {
    return now.isBefore(expiresAt);
  }
}
