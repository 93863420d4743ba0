package dev.hanse.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.RegionId;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.chaos.cluster.Client;
import dev.hanse.chaos.cluster.Client.Answer;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policy changes in the middle of an answer that one region's edge has from another's node. */
class PolicyChangedScenario {
  private DemoMesh mesh;

  @BeforeEach
  void startTheMesh() {
    mesh = TestMesh.start(1);
  }

  @AfterEach
  void stopTheMesh() {
    mesh.close();
  }

  @Test
  void anAnswerGoesOnOverAPolicyThatItsNodeSatisfies() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> running = streaming(threads, 400);

      mesh.appraiseBy(policy(Set.of("simulated")));

      assertThat(running.isDone()).describedAs("over before it could be cut").isFalse();
      Answer answer = running.get(60, TimeUnit.SECONDS);
      assertThat(answer.error()).isEmpty();
      assertThat(answer.finished()).isTrue();
    }
  }

  @Test
  void anAnswerIsCutWithinFiveSecondsByAPolicyThatItsNodeDoesNotSatisfy() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> running = streaming(threads, 20_000);

      Instant before = Instant.now();
      mesh.appraiseBy(policy(Set.of("sev-snp")));
      Answer cut = running.get(30, TimeUnit.SECONDS);

      assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
      assertThat(cut.error()).isEqualTo("node_lost");
    }
  }

  /** Through the first region's edge, from a node of the last one's. */
  private Future<Answer> streaming(ExecutorService threads, int tokens) throws Exception {
    RegionId home = mesh.regions().getFirst();
    String far = mesh.providersOf(mesh.regions().getLast()).getFirst().toString();
    Client client = new Client(mesh.edge(home), mesh.key(), mesh.model());
    // Regions find each other after each of them is ready.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> client.chatWith(far, "are you there?", 1, node -> {}).finished());
    CompletableFuture<String> placed = new CompletableFuture<>();
    Future<Answer> running =
        threads.submit(() -> client.chatWith(far, "tell me all of it", tokens, placed::complete));
    assertThat(placed.get(30, TimeUnit.SECONDS)).isEqualTo(far);
    return running;
  }

  private static AppraisalPolicy policy(Set<String> technologies) {
    return new AppraisalPolicy(
        "built-in",
        2,
        technologies,
        List.of(),
        Composition.ANY,
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }
}
