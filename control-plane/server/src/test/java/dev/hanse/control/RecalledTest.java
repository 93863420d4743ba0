package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.store.MemoryLedger;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Exchanges;
import dev.hanse.control.workflow.Transcripts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an earlier process kept: what is taken, and what is held against a result. */
class RecalledTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Certified ONE = Exchanges.certified("gpu-1", 100, NOW);
  private static final Certified TWO = Exchanges.certified("gpu-2", 200, NOW);
  private static final NodeResult RESULT = Exchanges.resultOf(ONE);

  private final TestCa ca = new TestCa();
  private final MemoryLedger ledger = new MemoryLedger();
  private final Transcripts room = new Transcripts(10, 10_000);
  private final List<String> bounds = new ArrayList<>();

  private Recalled recall(NodeResult... standing) {
    return recall(NOW, room, standing);
  }

  private Recalled recall(Instant now, Transcripts into, NodeResult... standing) {
    return Recalled.from(
        ledger,
        List.of(standing),
        ca.region(EU),
        into,
        now,
        new ControlMetrics() {
          @Override
          public void boundHit(String bound) {
            bounds.add(bound);
          }
        });
  }

  private void save(Certified... evidence) {
    ledger.saveEvidence(List.of(evidence), Set.of()).toCompletableFuture().join();
  }

  @Test
  void takesTheEvidenceBehindResultsInTheirOrder() {
    save(TWO, ONE);

    Recalled recalled = recall(RESULT, Exchanges.resultOf(TWO));

    assertThat(recalled.transcripts().digests())
        .containsExactly(ONE.evidenceDigest(), TWO.evidenceDigest());
    assertThat(recalled.unusable()).isEmpty();
    assertThat(bounds).isEmpty();
  }

  @Test
  void whatIsNotThereIsHeldAgainstNobody() {
    Recalled recalled = recall(RESULT);

    assertThat(recalled.transcripts().size()).isZero();
    assertThat(recalled.unusable()).isEmpty();
  }

  @Test
  void tellsOfEvidenceThatNothingStandsForAndTakesNoneOfIt() {
    save(ONE, TWO);

    Recalled recalled = recall(RESULT);

    assertThat(recalled.there())
        .containsExactlyInAnyOrder(ONE.evidenceDigest(), TWO.evidenceDigest());
    assertThat(recalled.transcripts().digests()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void leavesWhatHasEndedMeanwhile() {
    save(ONE);

    assertThat(recall(RESULT.certifiedUntil(), room, RESULT).transcripts().size()).isZero();
    assertThat(recall(RESULT.certifiedUntil().minusMillis(1), room, RESULT).transcripts().size())
        .isOne();
  }

  @Test
  void keepsWhatFitsAndSaysThatThereWasMore() {
    save(ONE, TWO);

    Recalled recalled = recall(NOW, new Transcripts(10, 250), RESULT, Exchanges.resultOf(TWO));

    assertThat(recalled.transcripts().digests()).containsExactly(ONE.evidenceDigest());
    assertThat(recalled.unusable()).isEmpty();
    assertThat(bounds).containsExactly("transcripts");
  }

  @Test
  void countsEvidenceThatGaveWayToSmaller() {
    save(ONE, TWO);

    Recalled recalled = recall(NOW, new Transcripts(10, 250), Exchanges.resultOf(TWO), RESULT);

    assertThat(recalled.transcripts().digests()).containsExactly(ONE.evidenceDigest());
    assertThat(bounds).containsExactly("transcripts");
  }

  @Test
  void whatCannotBeReadDoesNotKeepOthersFromBeingTaken() {
    MemoryLedger damaged =
        new MemoryLedger() {
          @Override
          public Certified evidence(String digest) {
            if (digest.equals(ONE.evidenceDigest())) {
              throw new LedgerException("it is no JSON");
            }
            return super.evidence(digest);
          }
        };
    damaged.saveEvidence(List.of(ONE, TWO), Set.of()).toCompletableFuture().join();

    Recalled recalled =
        Recalled.from(
            damaged,
            List.of(RESULT, Exchanges.resultOf(TWO)),
            ca.region(EU),
            room,
            NOW,
            ControlMetrics.NONE);

    assertThat(recalled.unusable()).containsExactly(ONE.evidenceDigest());
    assertThat(recalled.transcripts().digests()).containsExactly(TWO.evidenceDigest());
  }

  /** Results that evidence might be put under to lend it to them. */
  static Stream<Map.Entry<String, NodeResult>> others() {
    return Stream.of(
        Map.entry("node", result(new NodeId("acme", "gpu-9"), "simulated", "built-in-1", 0)),
        Map.entry("provider", result(new NodeId("rival", "gpu-1"), "simulated", "built-in-1", 0)),
        Map.entry("technology", result(ONE.node(), "sev-snp", "built-in-1", 0)),
        Map.entry("policy", result(ONE.node(), "simulated", "built-in-2", 0)),
        Map.entry("later end", result(ONE.node(), "simulated", "built-in-1", 1)),
        Map.entry("sooner end", result(ONE.node(), "simulated", "built-in-1", -1)));
  }

  private static NodeResult result(NodeId node, String technology, String issuedUnder, int later) {
    return new NodeResult(
        node,
        technology,
        "built-in-1",
        issuedUnder,
        ONE.evidenceDigest(),
        Map.of(),
        RESULT.expiresAt(),
        RESULT.certifiedUntil().plusSeconds(later),
        "");
  }

  @ParameterizedTest
  @MethodSource("others")
  void evidenceOfAnotherResultIsHeldAgainstTheOneItLiesUnder(Map.Entry<String, NodeResult> other) {
    save(ONE);

    Recalled recalled = recall(other.getValue());

    assertThat(recalled.unusable()).containsExactly(ONE.evidenceDigest());
    assertThat(recalled.transcripts().size()).isZero();
    assertThat(bounds).isEmpty();
  }

  @Test
  void evidenceUnderAnotherDigestIsNotTaken() {
    MemoryLedger confused =
        new MemoryLedger() {
          @Override
          public Certified evidence(String digest) {
            return Exchanges.certified("gpu-1", 101, NOW);
          }
        };
    confused.saveEvidence(List.of(ONE), Set.of()).toCompletableFuture().join();

    assertThat(
            Recalled.from(confused, List.of(RESULT), ca.region(EU), room, NOW, ControlMetrics.NONE)
                .unusable())
        .containsExactly(ONE.evidenceDigest());
  }

  @Test
  void evidenceOfAnotherRegionsNodeIsNotTaken() {
    save(ONE);

    Recalled recalled =
        Recalled.from(ledger, List.of(RESULT), ca.region(Mesh.US), room, NOW, ControlMetrics.NONE);

    assertThat(recalled.unusable()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void evidenceThatCameWhenItsCertificateHadEndedIsNotTaken() {
    Certified late =
        new Certified(
            ONE.binding(),
            ONE.evidenceDigest(),
            ONE.issuedUnder(),
            new Transcript(
                ONE.transcript().parts(),
                ONE.transcript().reportData(),
                RESULT.certifiedUntil(),
                RESULT.certifiedUntil()));
    save(late);

    assertThat(recall(RESULT).unusable()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void moreThanEnrolmentTakesIsNotTaken() {
    Certified many =
        Exchanges.certified(
            "gpu-1",
            Collections.nCopies(18, new Evidence("simulated", Bytes.copyOf(new byte[1]))),
            NOW);
    save(many);

    assertThat(recall(Exchanges.resultOf(many)).unusable()).containsExactly(many.evidenceDigest());
  }
}
