package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The counters of each TPM's last accepted quote, for a while. By endorsement key where activation
 * told it, so that a TPM is known again behind another attestation key.
 *
 * <p>Bounded: when full, the TPM that was longest not heard of is forgotten. A TPM that was cleared
 * on purpose counts from zero and is refused until its entry has ended. Any thread.
 */
public final class RememberedCounters implements CounterHistory {
  private static final Comparator<Counters> ORDER =
      Comparator.comparingLong(Counters::resetCount)
          .thenComparing(Counters::clockMillis, Long::compareUnsigned);

  private final Duration life;
  private final int limit;

  /** In the order in which they were heard of, the latest last. */
  private final LinkedHashMap<Bytes, Entry> entries = new LinkedHashMap<>();

  /**
   * Remembers.
   *
   * @param life how long after the last quote; above zero
   * @param limit how many TPMs; above zero
   */
  public RememberedCounters(Duration life, int limit) {
    if (!life.isPositive() || limit < 1) {
      throw new IllegalArgumentException("counters need life and room, got " + life + ", " + limit);
    }
    this.life = life;
    this.limit = limit;
  }

  @Override
  public synchronized Optional<Counters> last(KnownKey key, Instant before) {
    return Optional.ofNullable(entries.get(tpm(key)))
        .filter(entry -> entry.at().isBefore(before) && !hasEnded(entry, before))
        .map(Entry::counters);
  }

  @Override
  public synchronized void accepted(KnownKey key, Counters counters, Instant at) {
    Entry entry = new Entry(counters, at);
    Entry known = entries.remove(tpm(key));
    entries.put(tpm(key), known == null || hasEnded(known, at) ? entry : later(known, entry));
    if (entries.size() > limit) {
      entries.pollFirstEntry();
    }
  }

  /** Two quotes may be judged side by side, or once more, and come here in the other order. */
  private static Entry later(Entry one, Entry other) {
    return new Entry(
        ORDER.compare(one.counters(), other.counters()) > 0 ? one.counters() : other.counters(),
        one.at().isAfter(other.at()) ? one.at() : other.at());
  }

  private boolean hasEnded(Entry entry, Instant at) {
    return !at.isBefore(entry.at().plus(life));
  }

  private static Bytes tpm(KnownKey key) {
    return key.endorsementKeyName().orElse(key.name());
  }

  private record Entry(Counters counters, Instant at) {}
}
