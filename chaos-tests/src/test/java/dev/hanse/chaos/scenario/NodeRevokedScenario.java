package dev.hanse.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.RegionId;
import dev.hanse.chaos.cluster.Client;
import dev.hanse.chaos.cluster.Client.Answer;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trust is withdrawn from a node in the middle of its answer. */
class NodeRevokedScenario {
  private static DemoMesh mesh;

  @BeforeAll
  static void startTheMesh() {
    mesh = TestMesh.start(1);
  }

  @AfterAll
  static void stopTheMesh() {
    mesh.close();
  }

  @Test
  void itsLiveStreamEndsWithinFiveSecondsAndNothingIsPlacedOnItAgainFromAnyRegion()
      throws Exception {
    RegionId home = mesh.regions().getFirst();
    Client client = new Client(mesh.edge(home), mesh.key(), mesh.model());
    CompletableFuture<String> placed = new CompletableFuture<>();
    String victim;
    Answer cut;
    Duration took;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // Minutes long, if nothing ends it.
      Future<Answer> running =
          threads.submit(() -> client.chat("tell me all of it", 20_000, placed::complete));
      victim = placed.get(30, TimeUnit.SECONDS);

      Instant before = Instant.now();
      revoke(mesh.regions().getLast(), victim);
      cut = running.get(30, TimeUnit.SECONDS);
      took = Duration.between(before, Instant.now());
    }

    assertThat(cut.silentlyCut()).isFalse();
    assertThat(cut.error()).isEqualTo("node_lost");
    assertThat(took).isLessThan(Duration.ofSeconds(5));
    for (RegionId region : mesh.regions()) {
      Client elsewhere = new Client(mesh.edge(region), mesh.key(), mesh.model());
      for (int i = 0; i < 8; i++) {
        Answer answer = elsewhere.chat("after the revocation " + i, 8);
        assertThat(answer.finished()).isTrue();
        assertThat(answer.node()).isNotEqualTo(victim);
      }
    }
  }

  /** Told to another region's control plane than the one that leads the node. */
  private static void revoke(RegionId at, String node) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      int status =
          http.send(
                  HttpRequest.newBuilder(mesh.admin(at).resolve("/admin/v1/revocations"))
                      .header("authorization", "Bearer " + mesh.adminToken())
                      .POST(
                          BodyPublishers.ofString(
                              """
                              {"kind":"node","value":"%s","lift":false,"reason":"rehearsal"}
                              """
                                  .formatted(node)))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode();
      assertThat(status).isEqualTo(200);
    }
  }
}
