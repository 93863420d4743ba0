package dev.hanse.control.ledger;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.TpmMemory;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Durable storage of one control plane. Writes are ordered: of two of a kind the later one counts.
 * A stage completes, on any thread, when the write would survive a power cut.
 */
public interface Ledger extends AutoCloseable {
  /**
   * Everything stored but evidence.
   *
   * @param floors under the numbers of collateral and policies: what was seen once is not undone
   */
  record Contents(
      Remembered remembered,
      List<ClientKey> keys,
      List<JoinToken> joinTokens,
      List<Revocation> revocations,
      List<NodeResult> results,
      Map<CollateralStore.Id, BigInteger> floors,
      TpmMemory.Known tpms) {
    public static final Contents EMPTY = new Contents(Remembered.NOTHING, List.of(), List.of());

    /** Where nothing is revoked and no collateral was seen. */
    public Contents(Remembered remembered, List<ClientKey> keys, List<JoinToken> joinTokens) {
      this(remembered, keys, joinTokens, List.of(), List.of(), Map.of(), TpmMemory.Known.NOTHING);
    }

    public Contents {
      revocations = List.copyOf(revocations);
      results = List.copyOf(results);
      keys = List.copyOf(keys);
      joinTokens = List.copyOf(joinTokens);
      floors = Map.copyOf(floors);
    }
  }

  /**
   * Reads everything but evidence; may block.
   *
   * @throws LedgerException saying which file cannot be used, why, and what to do
   */
  Contents load();

  /**
   * Under which digests there is evidence, readable or not; may block.
   *
   * @throws LedgerException if that cannot be told
   */
  Set<String> evidenceDigests();

  /**
   * Reads one node's evidence; may block. What is read was evidence of that digest, whoever wrote
   * it down; whether it belongs to a result is for the caller to tell.
   *
   * @throws LedgerException naming the file that cannot be used, and why
   */
  Certified evidence(String digest);

  CompletionStage<Void> saveRemembered(Remembered remembered);

  CompletionStage<Void> saveKeys(List<ClientKey> keys);

  CompletionStage<Void> saveJoinTokens(List<JoinToken> joinTokens);

  /** What is revoked, and the results that later revocations may be about. */
  CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results);

  /** Under which numbers nothing is believed any more. */
  CompletionStage<Void> saveFloors(Map<CollateralStore.Id, BigInteger> floors);

  /** Which of TPMs' keys are believed, and what none of them may fall behind. */
  CompletionStage<Void> saveTpms(TpmMemory.Known tpms);

  /**
   * Writes evidence, and takes away what nothing stands for. Does not hold up other writes; if it
   * fails, any part of it may have been done.
   *
   * @param removed by their digests; what is not there is passed over
   */
  CompletionStage<Void> saveEvidence(List<Certified> added, Set<String> removed);

  /** Lets others use the storage, after what was being written is written. */
  @Override
  void close();
}
