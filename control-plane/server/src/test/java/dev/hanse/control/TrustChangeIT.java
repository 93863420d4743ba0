package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.tpm.CounterHistory;
import dev.hanse.control.appraisal.PolicyBook;
import dev.hanse.control.store.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policy and collateral that change while nodes live: who goes on, who is cut, and how soon. */
class TrustChangeIT {
  @TempDir Path folder;
  private final Bench bench = new Bench();
  private final TrustScene scene = new TrustScene(bench);

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aPolicyCutsWhoDoesNotSatisfyItAndNobodyElse() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled good = scene.enrolled(eu, "gpu-1", "image-a");
    Enrolling.Enrolled bad = scene.enrolled(eu, "gpu-2", "image-b");
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", good);
        ScriptedNode goes = scene.joined(eu, "gpu-2", bad);
        ScriptedNode edge = bench.node(EU, "edge-1", eu.rpc())) {
      RevocationIT.Listener edges = new RevocationIT.Listener(edge);

      ControlGraph.Rejudged judged =
          Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR)));

      assertThat(judged).isEqualTo(new ControlGraph.Rejudged(1, 1));
      await().atMost(TrustScene.SOON).until(() -> edges.hears(bad.evidenceDigest()));
      await().atMost(TrustScene.SOON).until(() -> goes.ended().isDone());
      assertThat(edges.hears(good.evidenceDigest())).isFalse();
      assertThat(stays.ended()).isNotDone();
      await().until(() -> TrustScene.members(eu).equals(Set.of("gpu-1")));
      assertThat(TrustScene.reasonOf(eu, bad))
          .isEqualTo("acme.gpu-2 under images-2: measurement: image-b is not image-a");
    }
  }

  @Test
  void whoSatisfiesItHasAResultByItAndKeepsItsCertificate() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");
    JsonNode before = TrustScene.attestation(eu, "gpu-1");

    Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, Duration.ofMinutes(30))));

    JsonNode after = TrustScene.attestation(eu, "gpu-1");
    assertThat(after.path("policy").asText()).isEqualTo("images-2");
    assertThat(after.path("issuedUnder").asText()).isEqualTo("built-in-1");
    assertThat(after.path("evidenceDigest").asText()).isEqualTo(node.evidenceDigest());
    assertThat(Duration.between(TrustScene.expiry(after), TrustScene.expiry(before)))
        .isEqualTo(Duration.ofMinutes(30));
    assertThat(after.path("token").asText()).isNotEqualTo(before.path("token").asText());
    try (ScriptedNode again = scene.joined(eu, "gpu-1", node)) {
      assertThat(again.ended()).isNotDone();
      await()
          .until(() ->
              Bench.get(eu.snapshot()).members().stream()
                  .anyMatch(member ->
                      member.member().attestation().expiresAt().equals(TrustScene.expiry(after))));
    }
  }

  @Test
  void aPolicyWhoseResultsWouldHaveEndedCutsTheConnections() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");
    try (ScriptedNode goes = scene.joined(eu, "gpu-1", node)) {
      ControlGraph.Rejudged judged =
          Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, Duration.ofMillis(1))));

      assertThat(judged.withdrawn()).isEqualTo(1);
      await().atMost(TrustScene.SOON).until(() -> goes.ended().isDone());
      assertThat(TrustScene.reasonOf(eu, node)).startsWith("acme.gpu-1 under images-2: life: ");
    }
  }

  @Test
  void aResultThatEndsBeforeItsCertificateCutsTheConnectionsThen() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");
    try (ScriptedNode goes = scene.joined(eu, "gpu-1", node)) {
      Duration life =
          Duration.between(
                  TrustScene.expiry(TrustScene.attestation(eu, "gpu-1")).minus(TrustScene.HOUR),
                  Instant.now())
              .plusSeconds(3);

      ControlGraph.Rejudged judged = Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, life)));

      assertThat(judged.standing()).isEqualTo(1);
      await().atMost(life.plus(TrustScene.SOON)).until(() -> goes.ended().isDone());
      assertThat(TrustScene.reasonOf(eu, node)).isEqualTo("images-2 lets it hold no longer");
    }
  }

  @Test
  void collateralCutsWhomItSpeaksAgainstAndNobodyElse() throws IOException {
    Files.createDirectories(folder.resolve("collateral/simulated/revoked"));
    PolicyBook book = book("id: acme\nversion: 1\nallow-simulated: true\n");
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Bench.get(eu.appraiseBy(book.get()));
    Enrolling.Enrolled good = scene.enrolled(eu, "gpu-1", "image-a");
    Enrolling.Enrolled bad = scene.enrolled(eu, "gpu-2", "image-b");
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", good);
        ScriptedNode goes = scene.joined(eu, "gpu-2", bad)) {
      Files.writeString(folder.resolve("collateral/simulated/revoked/image-b.txt"), "yes");

      assertThat(look(book, eu)).isInstanceOf(PolicyBook.Outcome.Same.class);
      assertThat(look(book, eu)).isEqualTo(new PolicyBook.Outcome.Changed("acme-1"));

      await().atMost(TrustScene.SOON).until(() -> goes.ended().isDone());
      assertThat(stays.ended()).isNotDone();
      assertThat(TrustScene.reasonOf(eu, bad))
          .isEqualTo("acme.gpu-2 under acme-1: signature: image-b is on the list");
      assertThat(TrustScene.members(eu)).containsExactly("gpu-1");
    }
  }

  @Test
  void aPolicyThatCannotBeReadChangesNothing() throws IOException {
    Files.createDirectories(folder.resolve("collateral"));
    PolicyBook book = book("id: acme\nversion: 1\nallow-simulated: true\n");
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Bench.get(eu.appraiseBy(book.get()));
    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", node)) {
      Files.writeString(folder.resolve("policy.yaml"), "id: acme\nversion: 2\nallow: all\n");

      assertThat(look(book, eu)).isInstanceOf(PolicyBook.Outcome.Kept.class);

      assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText()).isEqualTo("acme-1");
      assertThat(RevocationIT.list(eu).isEmpty()).isTrue();
      assertThat(stays.ended()).isNotDone();
    }
  }

  @Test
  void whoWasBeingJudgedWhenTrustChangedIsJudgedAgain() throws Exception {
    CountDownLatch judging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ControlGraph eu =
        bench.start(
            Bench.config(EU),
            new MemoryLedger(),
            scene.appraiser(
                1,
                TrustScene.HOUR,
                checked -> {
                  judging.countDown();
                  awaitUnchecked(goOn);
                  return Optional.empty();
                }));
    var enrolling =
        bench.vertx.executeBlocking(() -> scene.enrolled(eu, "gpu-2", "image-b"), false);
    assertThat(judging.await(30, TimeUnit.SECONDS)).isTrue();

    Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR)));
    goOn.countDown();

    Enrolling.Enrolled bad = Bench.get(enrolling.map(Objects::requireNonNull));
    await()
        .atMost(TrustScene.SOON)
        .untilAsserted(() ->
            assertThat(TrustScene.reasonOf(eu, bad))
                .isEqualTo("acme.gpu-2 under images-2: measurement: image-b is not image-a"));
  }

  @Test
  void aChangeDuringAPassIsWhatEverybodyIsJudgedBy() throws Exception {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled node = scene.enrolled(eu, "gpu-1", "image-a");
    CountDownLatch judging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);

    var first =
        eu.appraiseBy(
            scene.appraiser(
                2,
                TrustScene.HOUR,
                checked -> {
                  judging.countDown();
                  awaitUnchecked(goOn);
                  return Optional.of("a policy that was in force for a moment");
                }));
    assertThat(judging.await(30, TimeUnit.SECONDS)).isTrue();
    var second = eu.appraiseBy(scene.onlyImage("image-a", 3, TrustScene.HOUR));
    assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText())
        .isNotEqualTo("images-2");
    goOn.countDown();

    assertThat(Bench.get(second)).isEqualTo(new ControlGraph.Rejudged(1, 0));
    assertThat(Bench.get(first)).isEqualTo(new ControlGraph.Rejudged(1, 0));
    assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText()).isEqualTo("images-3");
    assertThat(TrustScene.reasonOf(eu, node)).isEmpty();
  }

  @Test
  void theCertificateBeforeARenewalIsJudgedToo() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    Enrolling.Enrolled before = scene.enrolled(eu, "gpu-1", "image-b");
    Enrolling.Enrolled after = scene.enrolled(eu, "gpu-1", "image-a");
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", after)) {
      ControlGraph.Rejudged judged =
          Bench.get(eu.appraiseBy(scene.onlyImage("image-a", 2, TrustScene.HOUR)));

      assertThat(judged).isEqualTo(new ControlGraph.Rejudged(1, 1));
      assertThat(TrustScene.reasonOf(eu, before)).contains("image-b is not image-a");
      assertThat(stays.ended()).isNotDone();
      assertThat(TrustScene.members(eu)).containsExactly("gpu-1");
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private PolicyBook book(String policy) throws IOException {
    Files.writeString(folder.resolve("policy.yaml"), policy);
    return new PolicyBook(
        folder.resolve("policy.yaml"),
        List.of(),
        Optional.of(folder.resolve("collateral")),
        new RollbackFloors(),
        collateral -> List.of(new ListedVerifier(bench.ca.verifier(), collateral)),
        CounterHistory.NONE);
  }

  /** A look at the files, as a control plane takes it every second. */
  private static PolicyBook.Outcome look(PolicyBook book, ControlGraph graph) {
    PolicyBook.Outcome outcome = book.refresh();
    if (outcome instanceof PolicyBook.Outcome.Changed) {
      Bench.get(graph.appraiseBy(book.get()));
    }
    return outcome;
  }

  /** Simulated evidence under a revocation list: collateral names the measurements on it. */
  private static final class ListedVerifier extends Verifier {
    private final SimulatedVerifier evidence;
    private final Supplier<CollateralStore> collateral;

    ListedVerifier(SimulatedVerifier evidence, Supplier<CollateralStore> collateral) {
      super(SimulatedVerifier.TECHNOLOGY, Level.SIMULATED);
      this.evidence = evidence;
      this.collateral = collateral;
    }

    @Override
    protected Verification examine(Evidence given, Instant at) {
      return switch (evidence.verify(given, at)) {
        case Verification.Refused refused -> refused;
        case Verification.Verified(var claims) -> {
          String measurement = claims.statement().facts().getOrDefault("measurement", "");
          yield collateral
                  .get()
                  .find(new CollateralStore.Id("simulated/revoked", measurement))
                  .isPresent()
              ? refused(
                  new Refusal.Rejected(
                      Stage.ENDORSEMENT, Reason.CERT_REVOKED, measurement + " is on the list"))
              : new Verification.Verified(claims);
        }
      };
    }
  }
}
