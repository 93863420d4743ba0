package dev.hanse.control.access;

import java.time.Instant;

/**
 * The right to enrol nodes of one provider, as it is stored: without the secret. It may be used any
 * number of times until it expires or is revoked.
 *
 * @param secretSha256Hex SHA-256 of the whole token
 */
public record JoinToken(
    String tokenId,
    String secretSha256Hex,
    String provider,
    Instant createdAt,
    Instant expiresAt,
    boolean revoked) {
  public JoinToken revokedNow() {
    return new JoinToken(tokenId, secretSha256Hex, provider, createdAt, expiresAt, true);
  }

  public boolean isValidAt(Instant now) {
    return !revoked && now.isBefore(expiresAt);
  }
}
