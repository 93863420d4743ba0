package dev.hanse.control.store;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * Keeps everything in memory, for demos and tests: it survives a restart of the control plane
 * within the process, and nothing else. Thread-safe.
 */
public class MemoryLedger implements Ledger {
  private final AtomicReference<Contents> contents = new AtomicReference<>(Contents.EMPTY);

  @Override
  public Contents load() {
    return contents.get();
  }

  @Override
  public CompletionStage<Void> saveRemembered(Remembered remembered) {
    return store(old ->
        new Contents(
            remembered,
            old.keys(),
            old.joinTokens(),
            old.revocations(),
            old.results(),
            old.floors()));
  }

  @Override
  public CompletionStage<Void> saveKeys(List<ClientKey> keys) {
    return store(old ->
        new Contents(
            old.remembered(),
            keys,
            old.joinTokens(),
            old.revocations(),
            old.results(),
            old.floors()));
  }

  @Override
  public CompletionStage<Void> saveJoinTokens(List<JoinToken> joinTokens) {
    return store(old ->
        new Contents(
            old.remembered(),
            old.keys(),
            joinTokens,
            old.revocations(),
            old.results(),
            old.floors()));
  }

  @Override
  public CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results) {
    return store(old ->
        new Contents(
            old.remembered(), old.keys(), old.joinTokens(), revocations, results, old.floors()));
  }

  @Override
  public CompletionStage<Void> saveFloors(Map<CollateralStore.Id, BigInteger> floors) {
    return store(old ->
        new Contents(
            old.remembered(),
            old.keys(),
            old.joinTokens(),
            old.revocations(),
            old.results(),
            floors));
  }

  private CompletionStage<Void> store(UnaryOperator<Contents> change) {
    contents.updateAndGet(change);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
