package dev.hanse.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.RegionId;
import dev.hanse.chaos.cluster.Client;
import dev.hanse.chaos.cluster.Client.Answer;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A region's control plane goes away under load and comes back. */
class ControlPlaneRestartScenario {
  private static DemoMesh mesh;

  @BeforeAll
  static void startTheMesh() {
    mesh = TestMesh.start(10);
  }

  @AfterAll
  static void stopTheMesh() {
    mesh.close();
  }

  @Test
  void noRequestFailsWhileTheControlPlaneIsAwayAndWhenItReturns() throws Exception {
    RegionId home = mesh.regions().getFirst();
    Client client = new Client(mesh.edge(home), mesh.key(), mesh.model());
    AtomicBoolean loading = new AtomicBoolean(true);
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Answer>>> loads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String name = "client " + i;
        loads.add(threads.submit(() -> load(client, name, loading)));
      }
      mesh.restartControl(home, Duration.ofSeconds(5));
      List<Answer> afterwards = load(client, "afterwards", 20);
      loading.set(false);
      answers.addAll(afterwards);
      for (Future<List<Answer>> load : loads) {
        answers.addAll(load.get(60, TimeUnit.SECONDS));
      }
    }

    assertThat(answers).hasSizeGreaterThan(40);
    assertThat(answers).allMatch(Answer::finished);
  }

  private static List<Answer> load(Client client, String name, AtomicBoolean loading) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; loading.get() && i < 100_000; i++) {
      answers.add(client.chat(name + " asks " + i, 16));
    }
    return answers;
  }

  private static List<Answer> load(Client client, String name, int requests) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      answers.add(client.chat(name + " asks " + i, 16));
    }
    return answers;
  }
}
