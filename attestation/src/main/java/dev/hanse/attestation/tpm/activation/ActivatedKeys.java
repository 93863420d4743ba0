package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.TpmPublic;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys whose activation was redeemed, for a while: evidence that is judged again within it need not
 * be activated again. Bounded: when full of keys that still count, a further one is not taken. Any
 * thread.
 *
 * <p>Each is found only as long as its TPM is believed: once revocation lists were replaced, the
 * first to ask for a key judges its endorsement again. How keys outlive the process is for whoever
 * reads {@link #all} and gives it to {@link #remember}.
 */
public final class ActivatedKeys implements AttestationKeys {
  private final Duration life;
  private final int limit;
  private final Map<Bytes, Entry> entries = new HashMap<>();
  private long revision;

  /**
   * One key with what it takes to judge its endorsement again.
   *
   * @param name {@link TpmPublic#name} of the attestation key
   * @param endorsementKey of its TPM
   * @param certificates of that key, in DER: its own first, then what intermediates it needs; none
   *     where it was pinned
   * @param at when its activation was redeemed
   */
  public record Activated(
      Bytes name, TpmPublic endorsementKey, List<Bytes> certificates, Instant at) {
    public Activated {
      certificates = List.copyOf(certificates);
    }
  }

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
      entries.values().removeIf(entry -> hasEnded(entry, at));
      if (entries.size() >= limit) {
        return false;
      }
    }
    entries.put(key.name(), new Entry(key, at));
    revision++;
    return true;
  }

  /**
   * Takes what an earlier process knew, as far as there is room: for the life that is configured
   * now, and each key only when {@code trust} has believed its endorsement, which it is asked for
   * with the first question for that key.
   */
  public synchronized void remember(Collection<Activated> before, EndorsementTrust trust) {
    for (Activated one : before) {
      Entry known = entries.get(one.name());
      boolean isNews = known == null ? entries.size() < limit : one.at().isAfter(known.at());
      if (isNews) {
        EndorsementKey unjudged =
            EndorsementKey.unjudged(one.endorsementKey(), one.certificates(), trust);
        entries.put(one.name(), new Entry(new ActivatedKey(one.name(), unjudged), one.at()));
        revision++;
      }
    }
  }

  /** Every key, whether it still counts or not, in no order. */
  public synchronized List<Activated> all() {
    return entries.values().stream()
        .map(entry ->
            new Activated(
                entry.key().name(),
                entry.key().endorsement().publicArea(),
                entry.key().endorsement().certificates(),
                entry.at()))
        .toList();
  }

  /** Rises whenever a key was taken. */
  public synchronized long revision() {
    return revision;
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
    return Optional.ofNullable(entries.get(name)).filter(entry -> !hasEnded(entry, at));
  }

  /** Unless it was activated anew meanwhile. */
  private synchronized void replace(Entry was, ActivatedKey now) {
    entries.replace(now.name(), was, new Entry(now, was.at()));
  }

  private boolean hasEnded(Entry entry, Instant at) {
    return !at.isBefore(entry.at().plus(life));
  }

  private record Entry(ActivatedKey key, Instant at) {}
}
