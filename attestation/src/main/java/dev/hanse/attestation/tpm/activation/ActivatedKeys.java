package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.attestation.tpm.KnownKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keys whose activation was redeemed, for a while: a renewal that comes within it need not activate
 * again. Bounded: when full of keys that still count, a further one is not taken. Any thread.
 */
public final class ActivatedKeys implements AttestationKeys {
  private final Duration life;
  private final int limit;
  private final Map<Bytes, Entry> entries = new HashMap<>();

  /**
   * Keeps keys.
   *
   * @param life how long an activation counts; above zero
   * @param limit how many are kept; above zero
   */
  public ActivatedKeys(Duration life, int limit) {
    if (!life.isPositive() || limit < 1) {
      throw new IllegalArgumentException("keys need life and room, got " + life + ", " + limit);
    }
    this.life = life;
    this.limit = limit;
  }

  /**
   * Takes a key.
   *
   * @return whether there was room
   */
  public synchronized boolean admit(KnownKey key, Instant at) {
    if (!entries.containsKey(key.name()) && entries.size() >= limit) {
      entries.values().removeIf(entry -> !at.isBefore(entry.until()));
      if (entries.size() >= limit) {
        return false;
      }
    }
    entries.put(key.name(), new Entry(key, at.plus(life)));
    return true;
  }

  @Override
  public synchronized Optional<KnownKey> find(Bytes name, Instant at) {
    return Optional.ofNullable(entries.get(name))
        .filter(entry -> at.isBefore(entry.until()))
        .map(Entry::key);
  }

  private record Entry(KnownKey key, Instant until) {}
}
