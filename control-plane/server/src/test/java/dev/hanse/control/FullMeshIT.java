package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.challenge.Binding;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.MembershipTerms;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Exchanges;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mesh of as many nodes as there may be, whose control plane restarts and whose policy changes:
 * everybody is judged, and the deny list has room for everybody.
 */
class FullMeshIT {
  private static final int NODES = MembershipTerms.DEFAULT.maxMembers();
  private static final String IMAGE = "image-a";

  @TempDir private Path data;
  private final Bench bench = new Bench();
  private final TrustScene scene = new TrustScene(bench);
  private final Promise<ControlGraph.Rejudged> recalled = Promise.promise();

  @BeforeEach
  void aProcessBeforeAcceptedEverybody() throws Exception {
    List<Certified> evidence = new ArrayList<>();
    Instant now = Instant.now();
    for (int node = 0; node < NODES; node++) {
      Binding exchange = Exchanges.of("gpu-" + node);
      evidence.add(
          Exchanges.certified(
              "gpu-" + node,
              List.of(bench.ca.platform().quote(exchange.reportData(), IMAGE, now)),
              now));
    }
    List<NodeResult> results = evidence.stream().map(Exchanges::resultOf).toList();
    try (Ledger ledger = FileLedger.open(data)) {
      ledger.saveDenials(List.of(), results).toCompletableFuture().get(60, TimeUnit.SECONDS);
      ledger.saveEvidence(evidence, Set.of()).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void everybodyIsJudgedAfterARestartAndAfterAChange() {
    long before = System.nanoTime();
    ControlGraph eu =
        bench.start(
            Bench.config(EU),
            new ControlGraph.Parts(
                bench.ca.region(EU),
                scene.onlyImage(IMAGE, 1, TrustScene.HOUR),
                FileLedger.open(data),
                ControlClock.system(),
                new ControlMetrics() {
                  @Override
                  public void rejudged(int standing, int withdrawn) {
                    recalled.tryComplete(new ControlGraph.Rejudged(standing, withdrawn));
                  }
                }));
    long listening = System.nanoTime();

    assertThat(Bench.get(recalled.future())).isEqualTo(new ControlGraph.Rejudged(NODES, 0));
    long judged = System.nanoTime();
    assertThat(Bench.get(eu.appraiseBy(scene.onlyImage(IMAGE, 2, TrustScene.HOUR))))
        .isEqualTo(new ControlGraph.Rejudged(NODES, 0));
    long again = System.nanoTime();
    assertThat(Bench.get(eu.appraiseBy(scene.onlyImage("image-b", 3, TrustScene.HOUR))))
        .isEqualTo(new ControlGraph.Rejudged(0, NODES));
    long gone = System.nanoTime();

    bench.stop(eu);
    try (Ledger ledger = FileLedger.open(data)) {
      assertThat(ledger.load().revocations()).hasSize(NODES);
      assertThat(ledger.evidenceDigests()).isEmpty();
    }
    System.getLogger(FullMeshIT.class.getName())
        .log(
            System.Logger.Level.INFO,
            "{0} nodes: listening after {1} ms, judged after {2} ms more; a policy they satisfy {3}"
                + " ms, one they do not {4} ms",
            NODES,
            millis(before, listening),
            millis(listening, judged),
            millis(judged, again),
            millis(again, gone));
  }

  private static long millis(long from, long to) {
    return Duration.ofNanos(to - from).toMillis();
  }
}
