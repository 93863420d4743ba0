package dev.hanse.control.workflow;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The evidence behind the certificates that stand, in memory, bounded in number and in bytes.
 * Belongs to one thread.
 *
 * <p>Where bytes run out the largest give way: nodes that bring megabytes of event logs cannot take
 * the room of a thousand others. What is not kept cannot be judged again.
 */
public final class Transcripts {
  private final Map<String, Certified> kept = new LinkedHashMap<>();
  private final int most;
  private final long mostBytes;
  private long bytes;
  private long revision;

  /**
   * Keeps none yet.
   *
   * @param most how many
   * @param mostBytes of all evidence together
   */
  public Transcripts(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  /** Keeps one more; false if there is no room for it. */
  public boolean keep(Certified one) {
    forget(one.evidenceDigest());
    long wanted = one.transcript().evidenceBytes();
    if (kept.size() >= most || !makeRoomFor(wanted)) {
      return false;
    }
    kept.put(one.evidenceDigest(), one);
    bytes += wanted;
    revision++;
    return true;
  }

  private boolean makeRoomFor(long wanted) {
    if (bytes + wanted <= mostBytes) {
      return true;
    }
    List<Certified> larger =
        kept.values().stream()
            .filter(one -> one.transcript().evidenceBytes() > wanted)
            .sorted(
                Comparator.comparingLong((Certified one) -> one.transcript().evidenceBytes())
                    .reversed())
            .toList();
    long theirs = larger.stream().mapToLong(one -> one.transcript().evidenceBytes()).sum();
    if (bytes - theirs + wanted > mostBytes) {
      return false;
    }
    for (Certified one : larger) {
      if (bytes + wanted > mostBytes) {
        forget(one.evidenceDigest());
      }
    }
    return true;
  }

  private void forget(String evidenceDigest) {
    Certified gone = kept.remove(evidenceDigest);
    if (gone != null) {
      bytes -= gone.transcript().evidenceBytes();
      revision++;
    }
  }

  /** Forgets those of results that stand no more. */
  public void retain(Predicate<String> stands) {
    for (String digest : new ArrayList<>(kept.keySet())) {
      if (!stands.test(digest)) {
        forget(digest);
      }
    }
  }

  public Optional<Certified> find(String evidenceDigest) {
    return Optional.ofNullable(kept.get(evidenceDigest));
  }

  /** Of all that are kept, the oldest first. */
  public List<String> digests() {
    return List.copyOf(kept.keySet());
  }

  public int size() {
    return kept.size();
  }

  /** Of all evidence together. */
  public long bytes() {
    return bytes;
  }

  /** Rises when what is kept changed. */
  public long revision() {
    return revision;
  }
}
