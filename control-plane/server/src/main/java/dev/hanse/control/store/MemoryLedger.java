package dev.hanse.control.store;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Revocation;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

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
    contents.updateAndGet(old ->
        new Contents(remembered, old.keys(), old.joinTokens(), old.revocations(), old.results()));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> saveKeys(List<ClientKey> keys) {
    contents.updateAndGet(old ->
        new Contents(old.remembered(), keys, old.joinTokens(), old.revocations(), old.results()));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> saveJoinTokens(List<JoinToken> joinTokens) {
    contents.updateAndGet(old ->
        new Contents(old.remembered(), old.keys(), joinTokens, old.revocations(), old.results()));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results) {
    contents.updateAndGet(
        old -> new Contents(old.remembered(), old.keys(), old.joinTokens(), revocations, results));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
