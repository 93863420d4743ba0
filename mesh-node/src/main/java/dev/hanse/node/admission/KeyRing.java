package dev.hanse.node.admission;

import dev.hanse.api.ClientKey;
import dev.hanse.node.admission.KeyCheck.Fault;
import dev.hanse.node.admission.KeyCheck.Rejected;
import dev.hanse.node.admission.KeyCheck.Valid;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The API keys this edge knows.
 *
 * <p>A key is found by its id, then proved by the SHA-256 of its whole text. A presented key costs
 * one digest and one comparison whether its id is known or not, and the comparison takes the same
 * time wherever the digests differ, so time tells nobody which ids exist. Expiry and revocation are
 * only told to who presented the right secret.
 *
 * <p>Threads: any. {@link #check} reads one immutable index; {@link #update} swaps it whole. A
 * key's budget outlives updates, so a new snapshot does not refill anybody's bucket.
 */
public final class KeyRing {
  /** Longest key looked at; those the mesh makes have fewer than 100 characters. */
  public static final int MAX_KEY_CHARS = 256;

  private static final String PREFIX = "hk-";

  /** Compared with when the id is unknown; no text is known to have this digest. */
  private static final byte[] NOBODY = new byte[32];

  private final InstantSource clock;
  private volatile Map<String, Entry> index = Map.of();

  public KeyRing(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Replaces what the ring knows. Of two records of one key the one with the higher revision
   * counts, also against the record known already.
   */
  public void update(List<ClientKey> keys) {
    Map<String, Entry> before = index;
    Map<String, Entry> after = HashMap.newHashMap(keys.size());
    for (ClientKey key : keys) {
      Entry known =
          after.containsKey(key.keyId()) ? after.get(key.keyId()) : before.get(key.keyId());
      if (known == null) {
        after.put(key.keyId(), Entry.of(key, new KeyBudget(clock)));
      } else if (known.key.revision() > key.revision()) {
        after.put(key.keyId(), known);
      } else {
        after.put(key.keyId(), Entry.of(key, known.budget));
      }
    }
    index = Map.copyOf(after);
  }

  /** How many keys are known, revoked and expired ones included. */
  public int size() {
    return index.size();
  }

  /**
   * Says whose key this is.
   *
   * @param presented as the client sent it, without {@code Bearer}; empty when it sent none
   */
  public KeyCheck check(String presented) {
    if (presented.isEmpty()) {
      return new Rejected(Fault.MISSING);
    }
    if (presented.length() > MAX_KEY_CHARS) {
      return new Rejected(Fault.INVALID);
    }
    Entry entry = find(presented);
    byte[] expected = entry == null ? NOBODY : entry.sha256;
    boolean right = MessageDigest.isEqual(expected, sha256(presented));
    if (entry == null || !right) {
      return new Rejected(Fault.INVALID);
    }
    if (entry.key.revoked()) {
      return new Rejected(Fault.REVOKED);
    }
    if (entry.key.expiresAt().filter(expiry -> !clock.instant().isBefore(expiry)).isPresent()) {
      return new Rejected(Fault.EXPIRED);
    }
    return new Valid(entry.key, entry.budget);
  }

  /**
   * Finds {@code hk-<id>-<secret>} by its id. Both parts may hold hyphens, so the shortest id is
   * tried first, then the longest.
   */
  private @Nullable Entry find(String presented) {
    if (!presented.startsWith(PREFIX)) {
      return null;
    }
    Map<String, Entry> known = index;
    int first = presented.indexOf('-', PREFIX.length());
    int last = presented.lastIndexOf('-');
    if (first < 0) {
      return null;
    }
    Entry entry = known.get(presented.substring(PREFIX.length(), first));
    return entry != null ? entry : known.get(presented.substring(PREFIX.length(), last));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  /** A key with its digest as bytes and what it has used. */
  private static final class Entry {
    private final ClientKey key;
    private final byte[] sha256;
    private final KeyBudget budget;

    private Entry(ClientKey key, byte[] sha256, KeyBudget budget) {
      this.key = key;
      this.sha256 = sha256;
      this.budget = budget;
    }

    private static Entry of(ClientKey key, KeyBudget budget) {
      return new Entry(key, HexFormat.of().parseHex(key.secretSha256Hex()), budget);
    }
  }
}
