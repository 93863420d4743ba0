package dev.hanse.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.chaos.cluster.Client;
import dev.hanse.chaos.cluster.Client.Answer;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A provider node dies with requests in flight. */
class NodeKilledScenario {
  private static final int REQUESTS = 60;
  private static DemoMesh mesh;

  @BeforeAll
  static void startTheMesh() {
    mesh = TestMesh.start(4);
  }

  @AfterAll
  static void stopTheMesh() {
    mesh.close();
  }

  @Test
  void noAnswerIsSilentlyCutAndTheMeshGoesOnWithoutTheNode() throws Exception {
    RegionId home = mesh.regions().getFirst();
    Client client = new Client(mesh.edge(home), mesh.key(), mesh.model());
    List<NodeId> providers = mesh.providersOf(home);
    CountDownLatch placed = new CountDownLatch(REQUESTS / 3);
    List<Answer> answers = new ArrayList<>();
    NodeId victim;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> running = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        String prompt = "conversation " + i + " of the league";
        running.add(threads.submit(() -> client.chat(prompt, 400, node -> placed.countDown())));
      }
      assertThat(placed.await(30, TimeUnit.SECONDS)).isTrue();
      victim = busiestOf(providers);
      mesh.kill(victim);
      for (Future<Answer> each : running) {
        answers.add(each.get(90, TimeUnit.SECONDS));
      }
    }

    assertThat(answers).noneMatch(Answer::silentlyCut);
    assertThat(answers)
        .filteredOn(answer -> !answer.error().isEmpty())
        .allSatisfy(answer -> assertThat(answer.node()).isEqualTo(victim.toString()));
    TestMesh.awaitIdle(mesh);
    List<Answer> after = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      after.add(client.chat("after the loss " + i, 8));
    }
    assertThat(after).allMatch(Answer::finished);
    assertThat(after).noneMatch(answer -> answer.node().equals(victim.toString()));
  }

  private static NodeId busiestOf(List<NodeId> providers) {
    return mesh.nodes().entrySet().stream()
        .filter(node -> providers.contains(node.getKey()))
        .max(Comparator.comparingInt(node -> node.getValue().load().inFlightRequests()))
        .orElseThrow()
        .getKey();
  }
}
