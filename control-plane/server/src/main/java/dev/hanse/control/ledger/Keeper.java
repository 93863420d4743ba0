package dev.hanse.control.ledger;

import dev.hanse.attestation.RollbackFloors;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes to the ledger what changed since it last did. Called on the membership's thread only; a
 * failed write is tried again with the next call.
 */
public final class Keeper {
  private final Ledger ledger;
  private final Membership membership;
  private final JoinTokens joinTokens;
  private final RollbackFloors floors;
  private final ControlMetrics metrics;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicInteger writing = new AtomicInteger();
  private long memory = -1;
  private long keys;
  private long tokens;
  private long denials;

  /** Below any: floors that policy and evidence raised before there was a keeper are news. */
  private long floorsRevision = -1;

  public Keeper(
      Ledger ledger,
      Membership membership,
      JoinTokens joinTokens,
      RollbackFloors floors,
      ControlMetrics metrics) {
    this.ledger = ledger;
    this.membership = membership;
    this.joinTokens = joinTokens;
    this.floors = floors;
    this.metrics = metrics;
    this.keys = membership.keyRevision();
    this.tokens = joinTokens.revision();
    this.denials = membership.denials().revision() + membership.denials().resultsRevision();
  }

  /** Writes what changed, unless an earlier write is still under way: then the next call does. */
  public void flushIfIdle() {
    if (writing.get() == 0) {
      var _ = flush();
    }
  }

  /** Completes when all that is known now is durable; fails if it could not be made so. */
  public CompletionStage<Void> flush() {
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
    long denialsNow = membership.denials().revision() + membership.denials().resultsRevision();
    if (all || denials != denialsNow) {
      denials = denialsNow;
      writes.add(
          started(ledger.saveDenials(membership.denials().all(), membership.denials().results())));
    }
    if (all || tokens != joinTokens.revision()) {
      tokens = joinTokens.revision();
      writes.add(started(ledger.saveJoinTokens(joinTokens.all())));
    }
    long floorsNow = floors.revision();
    if (all || floorsRevision != floorsNow) {
      floorsRevision = floorsNow;
      writes.add(started(ledger.saveFloors(floors.all())));
    }
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
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
