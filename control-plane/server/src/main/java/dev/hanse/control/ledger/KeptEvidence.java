package dev.hanse.control.ledger;

import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Transcripts;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * How far the ledger's evidence is behind what is in memory. Belongs to the membership's thread,
 * {@link #failed} excepted.
 */
final class KeptEvidence {
  /** What is written once all that was handed out is. */
  private final Set<String> written;

  /** What may be there, whole or not. */
  private final Set<String> uncertain = new HashSet<>();

  private final Queue<Batch> failures = new ConcurrentLinkedQueue<>();
  private long seen = -1;

  /** What brings the ledger up to date. */
  record Batch(List<Certified> added, Set<String> removed) {}

  /**
   * Starts with what the ledger has.
   *
   * @param there all digests under which there is anything; of those whose evidence was not taken
   *     into memory the first batch removes it
   */
  KeptEvidence(Set<String> there) {
    written = new HashSet<>(there);
  }

  /** What is to be written now; empty if nothing is. */
  Optional<Batch> next(Transcripts transcripts) {
    Batch again = failures.poll();
    if (again == null && seen == transcripts.revision()) {
      return Optional.empty();
    }
    for (; again != null; again = failures.poll()) {
      again.added().forEach(one -> uncertain.add(one.evidenceDigest()));
      uncertain.addAll(again.removed());
    }
    seen = transcripts.revision();
    written.removeAll(uncertain);
    Set<String> wanted = new HashSet<>(transcripts.digests());
    Set<String> removed = new HashSet<>(written);
    removed.addAll(uncertain);
    removed.removeAll(wanted);
    List<Certified> added =
        transcripts.digests().stream()
            .filter(digest -> !written.contains(digest))
            .map(transcripts::find)
            .flatMap(Optional::stream)
            .toList();
    written.clear();
    written.addAll(wanted);
    uncertain.clear();
    return added.isEmpty() && removed.isEmpty()
        ? Optional.empty()
        : Optional.of(new Batch(added, removed));
  }

  /** None of a batch can be relied upon: the next one makes up for it. Any thread. */
  void failed(Batch batch) {
    failures.add(batch);
  }
}
