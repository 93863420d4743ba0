package dev.hanse.control.ledger;

import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.store.MemoryLedger;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.TpmMemory;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes down what it is asked to save; what it is told to, it does late or not at all. */
final class ScriptedLedger extends MemoryLedger {
  final List<String> saved = new ArrayList<>();

  /** What becomes of the next saves of evidence; where there is none they succeed at once. */
  final Deque<CompletableFuture<Void>> evidence = new ArrayDeque<>();

  final Deque<CompletableFuture<Void>> denials = new ArrayDeque<>();

  int batches;

  @Override
  public CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results) {
    saved.add("denials");
    return denials.isEmpty() ? super.saveDenials(revocations, results) : denials.poll();
  }

  @Override
  public CompletionStage<Void> saveFloors(Map<CollateralStore.Id, BigInteger> floors) {
    saved.add("floors");
    return super.saveFloors(floors);
  }

  @Override
  public CompletionStage<Void> saveTpms(TpmMemory.Known known) {
    saved.add("tpms");
    return super.saveTpms(known);
  }

  @Override
  public CompletionStage<Void> saveEvidence(List<Certified> added, Set<String> removed) {
    batches++;
    added.forEach(one -> saved.add("+" + one.node().name()));
    removed.stream().sorted().forEach(digest -> saved.add("-" + digest.substring(0, 2)));
    return evidence.isEmpty() ? super.saveEvidence(added, removed) : evidence.poll();
  }

  /** What was saved since this was asked last. */
  List<String> news() {
    List<String> news = List.copyOf(saved);
    saved.clear();
    return news;
  }
}
