package dev.hanse.control.store;

import dev.hanse.api.ClientKey;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
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
    contents.updateAndGet(old -> new Contents(remembered, old.keys(), old.joinTokens()));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> saveKeys(List<ClientKey> keys) {
    contents.updateAndGet(old -> new Contents(old.remembered(), keys, old.joinTokens()));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> saveJoinTokens(List<JoinToken> joinTokens) {
    contents.updateAndGet(old -> new Contents(old.remembered(), old.keys(), joinTokens));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
