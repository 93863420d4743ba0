package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.attestation.tpm.KnownKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keys whose activation was redeemed, for a while: evidence that is judged again within it need not
 * be activated again. Bounded: when full of keys that still count, a further one is not taken. Any
 * thread.
 *
 * <p>Each is found only as long as its TPM is believed: once revocation lists were replaced, the
 * first to ask for a key judges its endorsement again.
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
  public synchronized boolean admit(ActivatedKey key, Instant at) {
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
  public Optional<KnownKey> find(Bytes name, Instant at) throws Rejection {
    Optional<Entry> kept = kept(name, at);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    // Without the lock: others are not to wait for a millisecond of signatures.
    ActivatedKey now = kept.get().key().again(at);
    if (now != kept.get().key()) {
      replace(kept.get(), now);
    }
    return Optional.of(now.known());
  }

  private synchronized Optional<Entry> kept(Bytes name, Instant at) {
    return Optional.ofNullable(entries.get(name)).filter(entry -> at.isBefore(entry.until()));
  }

  /** Unless it was activated anew meanwhile. */
  private synchronized void replace(Entry was, ActivatedKey now) {
    entries.replace(now.name(), was, new Entry(now, was.until()));
  }

  private record Entry(ActivatedKey key, Instant until) {}
}
