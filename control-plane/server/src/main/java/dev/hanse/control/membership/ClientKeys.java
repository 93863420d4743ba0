package dev.hanse.control.membership;

import dev.hanse.api.ClientKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The mesh's client keys: a state-based CRDT. Of two records of one key the greater by {@link
 * #ORDER} stays, so that control planes which heard the same records in any order agree.
 */
final class ClientKeys {
  /**
   * By revision; of equal ones the revoked record is the greater. The rest only breaks ties between
   * records no honest pair of control planes would make, the same way everywhere.
   */
  static final Comparator<ClientKey> ORDER =
      Comparator.comparingLong(ClientKey::revision)
          .thenComparing(ClientKey::revoked)
          .thenComparing(ClientKey::secretSha256Hex)
          .thenComparing(ClientKey::tenant)
          .thenComparing(key -> key.models().stream().sorted().toList().toString())
          .thenComparingLong(ClientKey::requestsPerMinute)
          .thenComparingLong(ClientKey::tokensPerMinute)
          .thenComparing(key -> key.expiresAt().toString());

  private final int max;
  private final Map<String, ClientKey> keys = new TreeMap<>();

  ClientKeys(int max, Collection<ClientKey> before) {
    this.max = max;
    before.forEach(this::merge);
  }

  /** True if it changed what is known. */
  boolean merge(ClientKey key) {
    ClientKey known = keys.get(key.keyId());
    if (known == null ? keys.size() >= max : ORDER.compare(key, known) <= 0) {
      return false;
    }
    keys.put(key.keyId(), key);
    return true;
  }

  boolean hasRoomFor(Collection<ClientKey> more) {
    return keys.size() + more.stream().filter(key -> !keys.containsKey(key.keyId())).count() <= max;
  }

  boolean hasRoom() {
    return keys.size() < max;
  }

  Optional<ClientKey> find(String keyId) {
    return Optional.ofNullable(keys.get(keyId));
  }

  /** All of them, in order of their ids. */
  List<ClientKey> sorted() {
    return new ArrayList<>(keys.values());
  }

  /** Those of {@code ids}, in order. */
  List<ClientKey> only(Collection<String> ids) {
    return ids.stream().sorted().map(keys::get).filter(Objects::nonNull).toList();
  }
}
