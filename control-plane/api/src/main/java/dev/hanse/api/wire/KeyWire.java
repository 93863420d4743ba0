package dev.hanse.api.wire;

import com.google.protobuf.ByteString;
import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Clients' API keys, which travel hashed. */
public final class KeyWire {
  private static final int SHA256_BYTES = 32;

  private KeyWire() {}

  public static dev.hanse.api.control.v1.ClientKey toProto(ClientKey key) {
    return dev.hanse.api.control.v1.ClientKey.newBuilder()
        .setKeyId(key.keyId())
        .setSecretSha256(ByteString.copyFrom(HexFormat.of().parseHex(key.secretSha256Hex())))
        .setTenant(key.tenant())
        .addAllModels(key.models().stream().sorted().map(ModelId::value).toList())
        .setRequestsPerMinute(key.requestsPerMinute())
        .setTokensPerMinute(key.tokensPerMinute())
        .setExpiresAtEpochMillis(key.expiresAt().map(KeyWire::expiryMillis).orElse(0L))
        .setRevoked(key.revoked())
        .setRevision(key.revision())
        .build();
  }

  /** 0 on the wire means never, so a key that expired with the epoch expires a moment later. */
  private static long expiryMillis(Instant expiresAt) {
    return Math.max(1, Field.epochMillis("expires_at_epoch_millis", expiresAt));
  }

  public static ClientKey fromProto(dev.hanse.api.control.v1.ClientKey key) {
    if (key.getSecretSha256().size() != SHA256_BYTES) {
      throw new WireException(
          "secret_sha256", "must be 32 bytes, was " + key.getSecretSha256().size());
    }
    List<ModelId> models =
        Field.list("models", key.getModelsList(), Limits.MODELS_PER_KEY, ModelId::new);
    Instant expiresAt = Field.instant("expires_at_epoch_millis", key.getExpiresAtEpochMillis());
    return new ClientKey(
        Field.name("key_id", key.getKeyId(), Limits.NAME_CHARS),
        HexFormat.of().formatHex(key.getSecretSha256().toByteArray()),
        Field.name("tenant", key.getTenant(), Limits.NAME_CHARS),
        Set.copyOf(models),
        Field.atLeastZero("requests_per_minute", key.getRequestsPerMinute()),
        Field.atLeastZero("tokens_per_minute", key.getTokensPerMinute()),
        key.getExpiresAtEpochMillis() == 0 ? Optional.empty() : Optional.of(expiresAt),
        key.getRevoked(),
        Field.atLeastZero("revision", key.getRevision()));
  }

  /** The field {@code keys} of several messages: no key twice. */
  public static List<ClientKey> keysFromProto(List<dev.hanse.api.control.v1.ClientKey> keys) {
    return Field.distinct("keys", keys, Limits.KEYS, KeyWire::fromProto, ClientKey::keyId);
  }

  public static List<dev.hanse.api.control.v1.ClientKey> keysToProto(Collection<ClientKey> keys) {
    return keys.stream().map(KeyWire::toProto).toList();
  }
}
