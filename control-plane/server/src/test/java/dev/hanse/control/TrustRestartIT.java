package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.store.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that an earlier process accepted: who goes on under its successor, and who does not. */
class TrustRestartIT {
  @TempDir private Path data;
  private final Bench bench = new Bench();
  private final TrustScene scene = new TrustScene(bench);
  private final Queue<ControlGraph.Rejudged> passes = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aPolicyThatEverybodySatisfiesCutsNobodyAfterARestart() {
    ControlGraph before = start();
    Enrolling.Enrolled one = scene.enrolled(before, "gpu-1", "image-a");
    Enrolling.Enrolled two = scene.enrolled(before, "gpu-2", "image-a");
    bench.stop(before);

    ControlGraph eu = start();
    try (ScriptedNode first = scene.joined(eu, "gpu-1", one);
        ScriptedNode second = scene.joined(eu, "gpu-2", two)) {
      await().until(() -> passes.contains(new ControlGraph.Rejudged(2, 0)));

      assertThat(Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR))))
          .isEqualTo(new ControlGraph.Rejudged(2, 0));

      assertThat(RevocationIT.list(eu).isEmpty()).isTrue();
      assertThat(TrustScene.members(eu)).containsExactlyInAnyOrder("gpu-1", "gpu-2");
      assertThat(first.ended()).isNotDone();
      assertThat(second.ended()).isNotDone();
      assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText()).isEqualTo("images-2");
    }
  }

  @Test
  void aPolicyThatOneNodeFailsCutsThatOneAfterARestart() {
    ControlGraph before = start();
    Enrolling.Enrolled good = scene.enrolled(before, "gpu-1", "image-a");
    Enrolling.Enrolled bad = scene.enrolled(before, "gpu-2", "image-b");
    bench.stop(before);

    ControlGraph eu = start();
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", good);
        ScriptedNode goes = scene.joined(eu, "gpu-2", bad)) {
      await().until(() -> !passes.isEmpty());
      var judging = eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR));

      await().atMost(TrustScene.SOON).until(() -> goes.ended().isDone());
      assertThat(Bench.get(judging)).isEqualTo(new ControlGraph.Rejudged(1, 1));
      assertThat(TrustScene.reasonOf(eu, bad))
          .isEqualTo("acme.gpu-2 under images-2: measurement: image-b is not image-a");
      assertThat(stays.ended()).isNotDone();
    }
  }

  @Test
  void aPolicyThatChangedWhileThereWasNoControlPlaneCutsWhoFailsIt() {
    ControlGraph before = start();
    Enrolling.Enrolled good = scene.enrolled(before, "gpu-1", "image-a");
    Enrolling.Enrolled bad = scene.enrolled(before, "gpu-2", "image-b");
    bench.stop(before);

    ControlGraph eu = start(scene.onlyImage("image-a", 2, TrustScene.HOUR));

    await()
        .atMost(TrustScene.SOON)
        .untilAsserted(() ->
            assertThat(TrustScene.reasonOf(eu, bad))
                .isEqualTo("acme.gpu-2 under images-2: measurement: image-b is not image-a"));
    await().until(() -> passes.contains(new ControlGraph.Rejudged(1, 1)));
    assertThat(TrustScene.reasonOf(eu, good)).isEmpty();
    assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText()).isEqualTo("images-2");
  }

  @Test
  void aListThatChangedWhileThereWasNoControlPlaneCutsWhomItSpeaksAgainst() {
    ControlGraph before = start(accepting("nothing on the list"));
    Enrolling.Enrolled bad = scene.enrolled(before, "gpu-1", "image-b");
    bench.stop(before);

    ControlGraph eu = start(accepting("image-b"));

    await()
        .atMost(TrustScene.SOON)
        .untilAsserted(() ->
            assertThat(TrustScene.reasonOf(eu, bad))
                .isEqualTo("acme.gpu-1 under images-1: measurement: image-b is on the list"));
  }

  @Test
  void theStartDoesNotWaitForTheJudging() throws Exception {
    ControlGraph before = start();
    Enrolling.Enrolled bad = scene.enrolled(before, "gpu-1", "image-b");
    bench.stop(before);
    CountDownLatch judging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);

    ControlGraph eu =
        start(
            scene.appraiser(
                2,
                TrustScene.HOUR,
                measurement -> {
                  judging.countDown();
                  awaitUnchecked(goOn);
                  return Optional.of("not wanted any more");
                }));

    assertThat(judging.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(TrustScene.reasonOf(eu, bad)).isEmpty();
    goOn.countDown();
    await()
        .atMost(TrustScene.SOON)
        .untilAsserted(
            () -> assertThat(TrustScene.reasonOf(eu, bad)).endsWith("not wanted any more"));
  }

  @Test
  void evidenceIsWrittenDownWithinSecondsAndNotOnlyAtTheEnd() {
    ControlGraph eu = start();

    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");

    await().atMost(TrustScene.SOON).until(() -> Files.exists(file(node)));
  }

  @Test
  void evidenceBehindAResultThatStandsNoMoreIsRemoved() {
    ControlGraph eu = start();
    Enrolling.Enrolled bad = scene.enrolled(eu, "gpu-1", "image-b");
    await().until(() -> Files.exists(file(bad)));

    Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR)));

    await().atMost(TrustScene.SOON).until(() -> !Files.exists(file(bad)));
  }

  @Test
  void whereTheEvidenceIsLostARestartUnderTheSamePolicyCutsNobodyUntilTrustChanges()
      throws IOException {
    ControlGraph before = start();
    Enrolling.Enrolled node = scene.enrolled(before, "gpu-1", "image-a");
    bench.stop(before);
    loseEvidence();

    ControlGraph eu = start();
    try (ScriptedNode goes = scene.joined(eu, "gpu-1", node)) {
      assertThat(RevocationIT.list(eu).isEmpty()).isTrue();

      ControlGraph.Rejudged judged =
          Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR)));

      assertThat(judged).isEqualTo(new ControlGraph.Rejudged(0, 1));
      await().atMost(TrustScene.SOON).until(() -> goes.ended().isDone());
      assertThat(TrustScene.reasonOf(eu, node))
          .isEqualTo("acme.gpu-1 under images-2: its evidence is not kept here");
    }
  }

  @Test
  void whereTheEvidenceIsLostARestartUnderAnotherPolicyWithdrawsWhatTheOldOneAccepted()
      throws IOException {
    ControlGraph before = start();
    Enrolling.Enrolled node = scene.enrolled(before, "gpu-1", "image-a");
    bench.stop(before);
    loseEvidence();

    ControlGraph eu = start(scene.onlyImage("image-a", 2, TrustScene.HOUR));

    assertThat(TrustScene.reasonOf(eu, node))
        .isEqualTo("acme.gpu-1 under images-2: its evidence is not kept here");
  }

  @Test
  void evidenceThatCannotBeReadCostsItsNodeItsStandingAndNobodyElse() throws IOException {
    ControlGraph before = start();
    Enrolling.Enrolled good = scene.enrolled(before, "gpu-1", "image-a");
    Enrolling.Enrolled spoilt = scene.enrolled(before, "gpu-2", "image-a");
    bench.stop(before);
    Files.writeString(file(spoilt), "{\"format\":1");

    ControlGraph eu = start();

    assertThat(TrustScene.reasonOf(eu, spoilt))
        .isEqualTo("acme.gpu-2 under built-in-1: its evidence, as it was kept, cannot be used");
    await().until(() -> passes.contains(new ControlGraph.Rejudged(1, 0)));
    assertThat(TrustScene.reasonOf(eu, good)).isEmpty();
    await().atMost(TrustScene.SOON).until(() -> !Files.exists(file(spoilt)));
    assertThat(file(good)).exists();
  }

  @Test
  void aCertificateOfAnotherPolicyThatNobodyHereJudgedIsNotTaken() {
    ControlGraph before = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled node = scene.enrolled(before, "gpu-1", "image-a");
    bench.stop(before);

    ControlGraph eu =
        bench.start(
            Bench.config(EU), new MemoryLedger(), scene.onlyImage("image-a", 2, TrustScene.HOUR));
    try (ScriptedNode goes = scene.node(eu, "gpu-1", node)) {
      goes.join(1);

      await().until(() -> goes.ended().isDone());
      assertThat(TrustScene.reasonOf(eu, node)).contains("images-2 is in force");
      assertThat(TrustScene.members(eu)).isEmpty();
    }
  }

  private ControlGraph start() {
    return start(bench.ca.appraiser());
  }

  private ControlGraph start(Appraiser appraiser) {
    Ledger ledger = FileLedger.open(data);
    return bench.start(
        Bench.config(EU),
        new ControlGraph.Parts(
            bench.ca.region(EU),
            appraiser,
            ledger,
            ControlClock.system(),
            new ControlMetrics() {
              @Override
              public void rejudged(int standing, int withdrawn) {
                passes.add(new ControlGraph.Rejudged(standing, withdrawn));
              }
            }));
  }

  private Appraiser accepting(String listed) {
    return scene.appraiser(
        1,
        TrustScene.HOUR,
        measurement ->
            measurement.equals(listed)
                ? Optional.of(measurement + " is on the list")
                : Optional.empty());
  }

  private Path file(Enrolling.Enrolled node) {
    return data.resolve("evidence").resolve(node.evidenceDigest() + ".json");
  }

  private void loseEvidence() throws IOException {
    Path folder = data.resolve("evidence");
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
