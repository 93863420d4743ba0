package dev.hanse.api;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * A client's API key as the mesh stores it. The key itself, {@code hk-<keyId>-<secret>}, is shown
 * once when it is made; 256 bits of its secret are random, so a plain SHA-256 of it cannot be
 * guessed from.
 *
 * @param secretSha256Hex SHA-256 of the whole key, 64 hex digits
 * @param models the models it may use; empty means every model
 * @param requestsPerMinute 0 for no limit
 * @param tokensPerMinute prompt and completion together; 0 for no limit
 * @param revision of two records of one key the one with the higher revision counts
 */
public record ClientKey(
    String keyId,
    String secretSha256Hex,
    String tenant,
    Set<ModelId> models,
    long requestsPerMinute,
    long tokensPerMinute,
    Optional<Instant> expiresAt,
    boolean revoked,
    long revision) {
  public ClientKey {
    models = Set.copyOf(models);
    if (HexFormat.of().parseHex(secretSha256Hex).length != 32) {
      throw new IllegalArgumentException("secretSha256Hex must be 64 hex digits");
    }
    if (requestsPerMinute < 0 || tokensPerMinute < 0) {
      throw new IllegalArgumentException("limits of key " + keyId + " must not be negative");
    }
  }
}
