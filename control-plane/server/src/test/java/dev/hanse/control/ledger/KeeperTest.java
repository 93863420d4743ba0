package dev.hanse.control.ledger;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.tpm.Counters;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Exchanges;
import dev.hanse.control.workflow.TpmMemory;
import dev.hanse.control.workflow.Transcripts;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written down when, and again where that failed. */
class KeeperTest {
  private static final Instant NOW = Mesh.DAY;
  private static final Certified ONE = Exchanges.certified("gpu-1", 100, NOW);
  private static final Certified TWO = Exchanges.certified("gpu-2", 100, NOW);

  private final Membership membership = Mesh.membership(EU);
  private final RollbackFloors floors = new RollbackFloors();
  private final TpmMemory tpms = TpmMemory.trustingNobody(Duration.ofHours(1));
  private final Transcripts transcripts = new Transcripts(10, 10_000);
  private final ScriptedLedger ledger = new ScriptedLedger();
  private final AtomicInteger failures = new AtomicInteger();
  private Keeper keeper = keeping(Set.of());

  private Keeper keeping(Set<String> there) {
    return new Keeper(
        ledger,
        new Keeper.Sources(membership, new JoinTokens(List.of()), floors, tpms, transcripts),
        there,
        new ControlMetrics() {
          @Override
          public void saveFailed() {
            failures.incrementAndGet();
          }
        });
  }

  @BeforeEach
  void begin() {
    keeper.flushIfIdle();
    ledger.news();
  }

  @Test
  void writesEvidenceOnce() {
    transcripts.keep(ONE);
    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("+gpu-1");

    transcripts.keep(TWO);
    keeper.flushIfIdle();
    keeper.flushIfIdle();

    assertThat(ledger.news()).containsExactly("+gpu-2");
    assertThat(ledger.evidenceDigests())
        .containsExactlyInAnyOrder(ONE.evidenceDigest(), TWO.evidenceDigest());
  }

  @Test
  void removesEvidenceBehindResultsThatStandNoMore() {
    transcripts.keep(ONE);
    keeper.flushIfIdle();

    transcripts.retain(digest -> false);
    keeper.flushIfIdle();

    assertThat(ledger.evidenceDigests()).isEmpty();
  }

  @Test
  void removesWhatWasThereAndNobodyTookAndWritesNothingAnew() {
    transcripts.keep(ONE);
    keeper = keeping(Set.of(ONE.evidenceDigest(), "ff".repeat(32)));

    keeper.flushIfIdle();

    assertThat(ledger.news()).contains("-ff").doesNotContain("+gpu-1");
  }

  @Test
  void triesFailedEvidenceAgain() {
    transcripts.keep(ONE);
    ledger.evidence.add(failed());
    keeper.flushIfIdle();
    assertThat(failures.get()).isEqualTo(1);
    ledger.news();

    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("+gpu-1");
    keeper.flushIfIdle();
    assertThat(ledger.news()).isEmpty();
  }

  @Test
  void triesAFailedRemovalAgain() {
    transcripts.keep(ONE);
    keeper.flushIfIdle();
    transcripts.retain(digest -> false);
    ledger.evidence.add(failed());
    keeper.flushIfIdle();

    keeper.flushIfIdle();

    assertThat(ledger.evidenceDigests()).isEmpty();
  }

  @Test
  void whatMayHaveBeenWrittenByAFailedSaveIsRemovedWhenItStandsNoMore() {
    transcripts.keep(ONE);
    ledger.evidence.add(failed());
    keeper.flushIfIdle();
    transcripts.retain(digest -> false);
    ledger.news();

    keeper.flushIfIdle();

    assertThat(ledger.news()).containsExactly("-" + ONE.evidenceDigest().substring(0, 2));
  }

  @Test
  void evidenceWaitsUntilTheDenyListOfTheSameMomentIsDurable() {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    ledger.denials.add(durable);
    appraise();
    transcripts.keep(ONE);

    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("denials");
    durable.complete(null);

    assertThat(ledger.news()).containsExactly("+gpu-1");
  }

  @Test
  void evidenceIsLeftAsItIsWhereTheDenyListCouldNotBeWritten() {
    ledger.denials.add(failed());
    appraise();
    transcripts.keep(ONE);

    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("denials");
    keeper.flushIfIdle();

    assertThat(ledger.news()).contains("denials", "+gpu-1");
  }

  @Test
  void whatElseChangesDoesNotWaitForEvidence() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    ledger.evidence.add(slow);
    transcripts.keep(ONE);
    keeper.flushIfIdle();
    ledger.news();

    raiseAFloor();
    transcripts.keep(TWO);
    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("floors");
    raiseAFloor();
    assertThat(keeper.flush().toCompletableFuture()).isCompleted();
    slow.complete(null);
    keeper.flushIfIdle();

    assertThat(ledger.news()).containsExactly("floors", "+gpu-2");
  }

  @Test
  void whatComesWhileEvidenceIsWrittenIsWrittenInOneBatchAfterwards() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    ledger.evidence.add(slow);
    transcripts.keep(ONE);
    keeper.flushIfIdle();

    transcripts.keep(TWO);
    keeper.flushIfIdle();
    transcripts.keep(Exchanges.certified("gpu-3", 100, NOW));
    keeper.flushIfIdle();
    slow.complete(null);
    keeper.flushIfIdle();

    assertThat(ledger.batches).isEqualTo(2);
    assertThat(ledger.news()).containsExactly("+gpu-1", "+gpu-2", "+gpu-3");
  }

  @Test
  void theLastFlushWaitsForEvidenceThatIsUnderWayAndWritesTheRest() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    ledger.evidence.add(slow);
    transcripts.keep(ONE);
    keeper.flushIfIdle();
    ledger.news();
    transcripts.keep(TWO);

    CompletableFuture<Void> all = keeper.flushAll().toCompletableFuture();
    assertThat(all).isNotDone();
    assertThat(ledger.news()).isEmpty();
    slow.complete(null);

    assertThat(all).isCompleted();
    assertThat(ledger.news()).containsExactly("+gpu-2");
  }

  @Test
  void writesWhatIsKnownOfTpmsWhenThatChanges() throws Exception {
    KnownKey key = new KnownKey(Bytes.copyOf(new byte[34]), Optional.empty(), Instant.MAX);
    ActivatedKeys.Activated activated =
        new ActivatedKeys.Activated(
            key.name(), TpmPublic.read(TpmForge.endorsement(TpmForge.RSA)), List.of(), NOW);
    keeper.flushIfIdle();
    assertThat(ledger.news()).isEmpty();

    tpms.keys().remember(List.of(activated), tpms.trust());
    keeper.flushIfIdle();
    assertThat(ledger.news()).containsExactly("tpms");
    tpms.counters().accepted(key, new Counters(1, 1, 1, true), NOW);
    keeper.flushIfIdle();

    assertThat(ledger.news()).containsExactly("tpms");
    assertThat(ledger.load().tpms()).isEqualTo(tpms.known());
  }

  private void appraise() {
    membership.denials().appraised(Exchanges.resultOf(ONE), NOW);
  }

  private void raiseAFloor() {
    floors.remember(
        Map.of(
            new CollateralStore.Id("sev-snp/crl", "Milan"),
            BigInteger.valueOf(floors.revision() + 1)));
  }

  private static CompletableFuture<Void> failed() {
    return CompletableFuture.failedFuture(new LedgerException("no space left"));
  }
}
