package dev.hanse.node.admission;

import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** Makes keys for tests. */
final class Keys {
  private Keys() {}

  static String text(String id) {
    return "hk-" + id + "-secret_of_" + id;
  }

  static ClientKey key(String id) {
    return key(id, 0, 0);
  }

  static ClientKey key(String id, long requestsPerMinute, long tokensPerMinute) {
    return new ClientKey(
        id,
        sha256(text(id)),
        "tenant-" + id,
        Set.of(),
        requestsPerMinute,
        tokensPerMinute,
        Optional.empty(),
        false,
        1);
  }

  static ClientKey onlyFor(String id, ModelId model) {
    ClientKey key = key(id);
    return new ClientKey(
        id, key.secretSha256Hex(), key.tenant(), Set.of(model), 0, 0, Optional.empty(), false, 1);
  }

  static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
