package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The counters of each TPM's last accepted quote, for a while. By endorsement key where activation
 * told it, so that a TPM is known again behind another attestation key.
 *
 * <p>Bounded: when full, the TPM that was longest not heard of is forgotten. A TPM that was cleared
 * on purpose counts from zero and is refused until its entry has ended. How they outlive the
 * process is for whoever reads {@link #all} and gives it to {@link #remember}. Any thread.
 */
public final class RememberedCounters implements CounterHistory {
  private static final Comparator<Counters> ORDER =
      Comparator.comparingLong(Counters::resetCount)
          .thenComparing(Counters::clockMillis, Long::compareUnsigned);

  private final Duration life;
  private final int limit;

  /** In the order in which they were heard of, the latest last. */
  private final LinkedHashMap<Bytes, Entry> entries = new LinkedHashMap<>();

  private long revision;

  /**
   * What one TPM said.
   *
   * @param tpm the name of its endorsement key, or of the attestation key where that is all there
   *     is
   * @param at when its last quote came, to the nanosecond: a quote that is judged once more must
   *     not find itself to be an earlier one
   */
  public record Said(Bytes tpm, Counters counters, Instant at) {}

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
    Entry next = known == null || hasEnded(known, at) ? entry : later(known, entry);
    entries.put(tpm(key), next);
    if (entries.size() > limit) {
      entries.pollFirstEntry();
    }
    if (!next.equals(known)) {
      revision++;
    }
  }

  /** Takes what an earlier process heard, in its order; what is known already never sinks. */
  public synchronized void remember(Collection<Said> before) {
    for (Said one : before) {
      entries.merge(one.tpm(), new Entry(one.counters(), one.at()), RememberedCounters::later);
      if (entries.size() > limit) {
        entries.pollFirstEntry();
      }
      revision++;
    }
  }

  /** Of every TPM, the one that was longest not heard of first. */
  public synchronized List<Said> all() {
    return entries.entrySet().stream()
        .map(one -> new Said(one.getKey(), one.getValue().counters(), one.getValue().at()))
        .toList();
  }

  /** Rises whenever what {@link #all} says of a TPM changed. */
  public synchronized long revision() {
    return revision;
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
