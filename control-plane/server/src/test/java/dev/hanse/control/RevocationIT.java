package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.RegionId;
import dev.hanse.api.Revocation;
import dev.hanse.api.control.v1.ControlGrpcClient;
import dev.hanse.api.control.v1.Subscribe;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.RevocationWire;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.store.MemoryLedger;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trust that is withdrawn: who learns it, how soon, and what it ends. */
class RevocationIT {
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;
  private final Bench bench = new Bench();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void endsTheNodesStreamsAndTellsEveryWatcherWithinFiveSeconds() throws Exception {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    try (ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
        ScriptedNode edge = bench.node(EU, "edge-1", eu.rpc())) {
      node.join(1);
      Watcher view = edge.watch().subscribe(0, 0);
      Listener others = new Listener(edge);
      Listener own = new Listener(node);
      await().until(() -> view.latest().filter(now -> now.members().size() == 1).isPresent());

      Instant before = Instant.now();
      revoke(eu, "node", Mesh.node("gpu-1").toString(), false);

      await().atMost(SOON).until(() -> others.hears("acme.gpu-1"));
      await().atMost(SOON).until(() -> view.latest().orElseThrow().members().isEmpty());
      await().atMost(SOON).until(() -> node.ended().isDone() && own.ended.isDone());
      assertThat(Duration.between(before, Instant.now())).isLessThan(SOON);
      assertThat(own.hears("acme.gpu-1")).describedAs("the node itself is told, last").isTrue();
      assertThat(others.ended).isNotDone();

      node.join(1);
      await().until(() -> node.ended().isDone());
      assertThat(node.ended().join()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    }
  }

  @Test
  void aLiftedRevocationLetsTheNodeBack() throws Exception {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    try (ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc())) {
      revoke(eu, "node", "acme.gpu-1", false);
      await().until(() -> refusedToReport(node));

      revoke(eu, "node", "acme.gpu-1", true);

      await().until(() -> !refusedToReport(node));
    }
  }

  @Test
  void otherRegionsLearnItAndARestartForgetsNothing() throws Exception {
    ControlGraph us = bench.start(Bench.config(US), FileLedger.open(folder.resolve("us")));
    ControlGraph eu =
        bench.start(Bench.config(EU).withPeers(Map.of(US, us.rpc())), new MemoryLedger());
    await().until(() -> knows(us, EU) && knows(eu, US));

    revoke(eu, "fact", "product=Milan", false);
    revoke(us, "technology", "sev-snp", false);

    await().atMost(SOON).until(() -> list(us).size() == 2 && list(eu).size() == 2);
    bench.stop(us);
    ControlGraph again = bench.start(Bench.config(US), FileLedger.open(folder.resolve("us")));
    assertThat(list(again).size()).isEqualTo(2);
  }

  @Test
  void refusesWhatCannotBeRevoked() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());

    for (JsonObject bad :
        List.of(
            body("chip", "x", false),
            body("node", "no node", false),
            body("fact", "chip-id", false))) {
      assertThat(new AdminClient(eu.admin()).post("/admin/v1/revocations", bad.encode()).status())
          .isEqualTo(400);
    }
  }

  private static boolean knows(ControlGraph graph, RegionId region) {
    return Bench.get(graph.snapshot()).regions().stream()
        .anyMatch(status -> status.region().equals(region));
  }

  private static boolean refusedToReport(ScriptedNode node) {
    node.join(1);
    return node.ended().completeOnTimeout(GrpcStatus.OK, 1, TimeUnit.SECONDS).join()
        == GrpcStatus.UNAUTHENTICATED;
  }

  private static JsonObject body(String kind, String value, boolean lift) {
    return new JsonObject()
        .put("kind", kind)
        .put("value", value)
        .put("lift", lift)
        .put("reason", "test");
  }

  private static void revoke(ControlGraph graph, String kind, String value, boolean lift) {
    assertThat(
            new AdminClient(graph.admin())
                .post("/admin/v1/revocations", body(kind, value, lift).encode())
                .status())
        .isEqualTo(200);
  }

  static JsonNode list(ControlGraph graph) {
    return new AdminClient(graph.admin()).get("/admin/v1/revocations").body().path("revocations");
  }

  /** A node that places nothing: it hears revocations and no view. */
  static final class Listener {
    private final Queue<Revocation> heard = new ConcurrentLinkedQueue<>();
    final CompletableFuture<GrpcStatus> ended = new CompletableFuture<>();

    Listener(ScriptedNode node) {
      GrpcClientRequest<WatchRequest, WatchResponse> request =
          Bench.get(node.client.request(node.address, ControlGrpcClient.Watch));
      request
          .response()
          .onSuccess(response -> {
            response.handler(message -> {
              assertThat(message.hasRevocations()).isTrue();
              heard.addAll(RevocationWire.fromProto(message.getRevocations()));
            });
            response.exceptionHandler(failure -> ended.complete(GrpcStatus.CANCELLED));
            response.endHandler(over -> ended.complete(response.status()));
          })
          .onFailure(failure -> ended.complete(GrpcStatus.UNAVAILABLE));
      Bench.get(
          request.write(
              WatchRequest.newBuilder()
                  .setSubscribe(Subscribe.newBuilder().setRevocationsOnly(true))
                  .build()));
    }

    boolean hears(String value) {
      return heard.stream().anyMatch(one -> one.value().equals(value));
    }
  }
}
