package dev.hanse.control.ledger;

import dev.hanse.attestation.RollbackFloors;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.workflow.TpmMemory;
import dev.hanse.control.workflow.Transcripts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes to the ledger what changed since it last did. Called on the membership's thread only; a
 * failed write is tried again with the next call.
 *
 * <p>Evidence is written beside everything else: a thousand files take seconds, for which an
 * operator's change does not wait. It is begun when the deny list of the same moment is durable, so
 * that no evidence is gone of which a successor would still believe that its node stands.
 */
public final class Keeper {
  private final Ledger ledger;
  private final Sources sources;
  private final ControlMetrics metrics;
  private final KeptEvidence evidence;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicInteger writing = new AtomicInteger();
  private CompletableFuture<Void> evidenceWritten = CompletableFuture.completedFuture(null);
  private long memory = -1;
  private long keys;
  private long tokens;
  private long denials;

  /** Below any: floors that policy and evidence raised before there was a keeper are news. */
  private long floorsRevision = -1;

  private long tpmsRevision = -1;

  /** What is written down. */
  public record Sources(
      Membership membership,
      JoinTokens joinTokens,
      RollbackFloors floors,
      TpmMemory tpms,
      Transcripts transcripts) {}

  /**
   * Keeps what is not in the ledger yet.
   *
   * @param evidence the digests under which the ledger has any
   */
  public Keeper(Ledger ledger, Sources sources, Set<String> evidence, ControlMetrics metrics) {
    this.ledger = ledger;
    this.sources = sources;
    this.metrics = metrics;
    this.evidence = new KeptEvidence(evidence);
    this.keys = sources.membership().keyRevision();
    this.tokens = sources.joinTokens().revision();
    this.denials = denialsRevision();
  }

  /** Writes what changed, unless an earlier write is still under way: then the next call does. */
  public void flushIfIdle() {
    if (writing.get() > 0) {
      return;
    }
    if (evidenceWritten.isDone()) {
      var _ = flushAll();
    } else {
      var _ = flush();
    }
  }

  /** As {@link #flush}, and evidence too. */
  public CompletionStage<Void> flushAll() {
    CompletionStage<Void> flushed = flush();
    Optional<KeptEvidence.Batch> batch = evidence.next(sources.transcripts());
    if (batch.isPresent()) {
      KeptEvidence.Batch due = batch.get();
      evidenceWritten =
          evidenceWritten
              .exceptionally(failure -> null)
              .thenCompose(before -> flushed)
              .thenCompose(durable -> ledger.saveEvidence(due.added(), due.removed()))
              .whenComplete((done, failure) -> {
                if (failure != null) {
                  evidence.failed(due);
                  metrics.saveFailed();
                }
              });
    }
    return CompletableFuture.allOf(flushed.toCompletableFuture(), evidenceWritten);
  }

  /**
   * Completes when all that is known now is durable, evidence excepted; fails if it could not be
   * made so.
   */
  public CompletionStage<Void> flush() {
    Membership membership = sources.membership();
    boolean all = failed.getAndSet(false);
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    if (all || memory != membership.memoryRevision()) {
      memory = membership.memoryRevision();
      writes.add(started(ledger.saveRemembered(membership.remembered())));
    }
    if (all || keys != membership.keyRevision()) {
      keys = membership.keyRevision();
      writes.add(started(ledger.saveKeys(membership.clientKeys())));
    }
    if (all || denials != denialsRevision()) {
      denials = denialsRevision();
      writes.add(
          started(ledger.saveDenials(membership.denials().all(), membership.denials().results())));
    }
    if (all || tokens != sources.joinTokens().revision()) {
      tokens = sources.joinTokens().revision();
      writes.add(started(ledger.saveJoinTokens(sources.joinTokens().all())));
    }
    long floorsNow = sources.floors().revision();
    if (all || floorsRevision != floorsNow) {
      floorsRevision = floorsNow;
      writes.add(started(ledger.saveFloors(sources.floors().all())));
    }
    long tpmsNow = sources.tpms().revision();
    if (all || tpmsRevision != tpmsNow) {
      tpmsRevision = tpmsNow;
      writes.add(started(ledger.saveTpms(sources.tpms().known())));
    }
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
  }

  private long denialsRevision() {
    return sources.membership().denials().revision()
        + sources.membership().denials().resultsRevision();
  }

  private CompletableFuture<Void> started(CompletionStage<Void> write) {
    writing.incrementAndGet();
    return write
        .whenComplete((done, failure) -> {
          writing.decrementAndGet();
          if (failure != null) {
            failed.set(true);
            metrics.saveFailed();
          }
        })
        .toCompletableFuture();
  }
}
