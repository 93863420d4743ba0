package dev.hanse.attestation;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Documents that were checked once, so that a fleet of machines of a kind does not have the same
 * signatures checked for each of them. What was refused is not remembered. Any thread: two that
 * come at once both check.
 *
 * @param <B> what a check rests on; equal only if the check would come out the same
 * @param <V> what it came to
 */
public final class CheckedOnce<B, V> {
  /** A fleet has a handful of kinds of each thing; beyond this all are checked anew. */
  public static final int LIMIT = 64;

  private final Function<V, Instant> validUntil;
  private final Map<String, Kept<B, V>> kept = new ConcurrentHashMap<>();

  private record Kept<B, V>(B basis, Instant since, Instant until, V value) {
    boolean holds(B now, Instant at) {
      return !at.isBefore(since) && !at.isAfter(until) && basis.equals(now);
    }
  }

  /** The check itself. */
  @FunctionalInterface
  public interface Check<V> {
    V make() throws Rejection;
  }

  /**
   * Remembers nothing yet.
   *
   * @param validUntil the last instant at which what was checked holds
   */
  public CheckedOnce(Function<V, Instant> validUntil) {
    this.validUntil = validUntil;
  }

  /**
   * What a check comes to: of before if it rested on the same, at a time from that check on until
   * the first part of it expires; made anew otherwise.
   *
   * @param name what is remembered under it is one thing; no attester chooses it freely
   * @throws Rejection as the check does
   */
  public V of(String name, B basis, Instant at, Check<V> check) throws Rejection {
    Kept<B, V> known = kept.get(name);
    if (known != null && known.holds(basis, at)) {
      return known.value();
    }
    V value = check.make();
    if (kept.size() >= LIMIT) {
      kept.clear();
    }
    kept.put(name, new Kept<>(basis, at, validUntil.apply(value), value));
    return value;
  }

  /** How many are remembered. */
  public int size() {
    return kept.size();
  }
}
