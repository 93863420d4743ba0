package dev.hanse.control.store;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.TpmMemory;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps everything in memory, for demos and tests: it survives a restart of the control plane
 * within the process, and nothing else. Thread-safe.
 */
public class MemoryLedger implements Ledger {
  private final Map<String, Certified> evidence = new ConcurrentHashMap<>();
  private volatile Remembered remembered = Remembered.NOTHING;
  private volatile List<ClientKey> keys = List.of();
  private volatile List<JoinToken> joinTokens = List.of();
  private volatile Denied denied = new Denied(List.of(), List.of());
  private volatile Map<CollateralStore.Id, BigInteger> floors = Map.of();
  private volatile TpmMemory.Known tpms = TpmMemory.Known.NOTHING;

  private record Denied(List<Revocation> revocations, List<NodeResult> results) {}

  @Override
  public Contents load() {
    Denied both = denied;
    return new Contents(
        remembered, keys, joinTokens, both.revocations(), both.results(), floors, tpms);
  }

  @Override
  public Set<String> evidenceDigests() {
    return Set.copyOf(evidence.keySet());
  }

  @Override
  public Certified evidence(String digest) {
    Certified kept = evidence.get(digest);
    if (kept == null) {
      throw new LedgerException("there is no evidence " + digest);
    }
    return kept;
  }

  @Override
  public CompletionStage<Void> saveRemembered(Remembered next) {
    remembered = next;
    return stored();
  }

  @Override
  public CompletionStage<Void> saveKeys(List<ClientKey> next) {
    keys = next;
    return stored();
  }

  @Override
  public CompletionStage<Void> saveJoinTokens(List<JoinToken> next) {
    joinTokens = next;
    return stored();
  }

  @Override
  public CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results) {
    denied = new Denied(revocations, results);
    return stored();
  }

  @Override
  public CompletionStage<Void> saveFloors(Map<CollateralStore.Id, BigInteger> next) {
    floors = next;
    return stored();
  }

  @Override
  public CompletionStage<Void> saveTpms(TpmMemory.Known next) {
    tpms = next;
    return stored();
  }

  @Override
  public CompletionStage<Void> saveEvidence(List<Certified> added, Set<String> removed) {
    evidence.keySet().removeAll(removed);
    added.forEach(one -> evidence.put(one.evidenceDigest(), one));
    return stored();
  }

  private static CompletionStage<Void> stored() {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
