package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.AP;
import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.control.v1.FederationGrpcClient;
import dev.hanse.api.control.v1.RegionUpdate;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.control.store.MemoryLedger;
import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FederationIT {
  private final Bench bench = new Bench();

  @AfterEach
  void stop() {
    bench.close();
  }

  private static List<NodeId> members(ControlGraph graph) {
    return Bench.get(graph.snapshot()).members().stream().map(v -> v.member().id()).toList();
  }

  private static List<ClientKey> keys(ControlGraph graph) {
    return Bench.get(graph.snapshot()).keys();
  }

  private static RegionStatus region(ControlGraph graph, RegionId id) {
    return Bench.get(graph.snapshot()).regions().stream()
        .filter(status -> status.region().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private ControlGraph eu() {
    return bench.start(Bench.config(EU), new MemoryLedger());
  }

  private ControlGraph joined(RegionId region, Map<RegionId, Endpoint> peers) {
    return bench.start(Bench.config(region).withPeers(peers), new MemoryLedger());
  }

  private ScriptedNode joined(ControlGraph graph, String name) {
    ScriptedNode node = bench.node(graph.region(), name, graph.rpc());
    node.join(7);
    return node;
  }

  @Test
  void showsTheNodesOfEachRegionToTheOtherThoughOnlyOneDials() {
    ControlGraph eu = eu();
    ControlGraph us = joined(US, Map.of(EU, eu.rpc()));

    joined(eu, "gpu-1");
    joined(us, "gpu-2");

    List<NodeId> both = List.of(node("gpu-1"), node("gpu-2"));
    await().until(() -> members(eu).equals(both));
    await().until(() -> members(us).equals(both));
    await()
        .until(() ->
            Bench.get(eu.snapshot()).members().getLast().load().sequence() > 5
                && Bench.get(us.snapshot()).members().getFirst().load().sequence() > 5);
    assertThat(region(eu, US).control()).isEqualTo(us.rpc());
  }

  @Test
  void tellsNothingOfAThirdRegion() {
    ControlGraph eu = eu();
    ControlGraph us = joined(US, Map.of(EU, eu.rpc()));
    ControlGraph ap = joined(AP, Map.of(US, us.rpc()));

    joined(eu, "gpu-1");
    joined(us, "gpu-2");

    await().until(() -> members(us).size() == 2);
    await().until(() -> members(ap).contains(node("gpu-2")));
    assertThat(members(ap)).containsExactly(node("gpu-2"));
  }

  @Test
  void letsNodesLeaveEverywhere() {
    ControlGraph eu = eu();
    ControlGraph us = joined(US, Map.of(EU, eu.rpc()));
    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    var stream = node.join(7);
    await().until(() -> members(us).equals(List.of(node.id)));

    node.stopBeating();
    Bench.get(stream.write(ScriptedNode.goodbye()));

    await().until(() -> members(us).isEmpty());
  }

  @Test
  void carriesKeysAndRevocationsBothWays() {
    ControlGraph eu = eu();
    ControlGraph us = joined(US, Map.of(EU, eu.rpc()));
    AdminClient.Reply made =
        new AdminClient(eu.admin()).post("/admin/v1/keys", "{\"tenant\":\"acme\"}");
    String keyId = made.body().path("keyId").asText();
    await().until(() -> keys(us).size() == 1);

    assertThat(new AdminClient(us.admin()).delete("/admin/v1/keys/" + keyId).status())
        .isEqualTo(200);

    await().until(() -> keys(eu).getFirst().revoked());
    assertThat(keys(eu)).isEqualTo(keys(us));
  }

  @Test
  void keepsTheNodesOfARegionWhoseControlPlaneIsGoneAndTakesItBack() {
    ControlGraph eu = eu();
    MemoryLedger ledger = new MemoryLedger();
    ControlConfig config = Bench.config(US).withPeers(Map.of(EU, eu.rpc()));
    ControlGraph us = bench.start(config, ledger);
    ScriptedNode node = joined(us, "gpu-2");
    await().until(() -> members(eu).equals(List.of(node.id)));
    Endpoint rpc = us.rpc();

    bench.stop(us);

    await().until(() -> region(eu, US).health() == RegionHealth.SILENT);
    assertThat(members(eu)).containsExactly(node.id);
    ControlGraph back = bench.start(config.withListen(rpc), ledger);
    node.join(7);
    await().until(() -> region(eu, US).health() == RegionHealth.READY);
    await().until(() -> members(back).equals(List.of(node.id)));
    assertThat(members(eu)).containsExactly(node.id);
  }

  @Test
  void dialsUntilThePeerIsThere() {
    ControlGraph first = eu();
    Endpoint address = first.rpc();
    bench.stop(first);
    ControlGraph us = joined(US, Map.of(EU, address));
    await().during(Duration.ofMillis(500)).until(() -> members(us).isEmpty());

    ControlGraph eu = bench.start(Bench.config(EU).withListen(address), new MemoryLedger());
    joined(eu, "gpu-1");

    await().until(() -> members(us).equals(List.of(node("gpu-1"))));
  }

  @Test
  void doesNotTalkToAPeerThatIsNotTheRegionItDialled() {
    ControlGraph ap = bench.start(Bench.config(AP), new MemoryLedger());
    joined(ap, "gpu-9");
    ControlGraph us = joined(US, Map.of(EU, ap.rpc()));

    await().during(Duration.ofMillis(800)).until(() -> members(us).isEmpty());

    assertThat(members(us)).isEmpty();
    assertThat(Bench.get(ap.snapshot()).regions()).hasSize(1);
  }

  @Test
  void refusesANodeThatWantsToExchange() {
    ControlGraph eu = eu();

    assertThat(exchange(bench.ca.node(US, node("gpu-1")), eu, US)).isNotEqualTo(GrpcStatus.OK);

    assertThat(Bench.get(eu.snapshot()).regions()).hasSize(1);
  }

  @Test
  void refusesAControlPlaneThatSpeaksForAnotherRegion() {
    ControlGraph eu = eu();

    assertThat(exchange(bench.ca.control(AP), eu, US)).isNotEqualTo(GrpcStatus.OK);

    assertThat(Bench.get(eu.snapshot()).regions()).hasSize(1);
  }

  @Test
  void refusesASecondControlPlaneOfItsOwnRegion() {
    ControlGraph eu = eu();

    assertThat(exchange(bench.ca.control(EU), eu, EU)).isEqualTo(GrpcStatus.PERMISSION_DENIED);
  }

  /** Sends one full update of {@code claimed} as {@code identity}; how the stream ended. */
  private GrpcStatus exchange(MeshIdentity identity, ControlGraph to, RegionId claimed) {
    GrpcClient client = GrpcClient.builder(bench.vertx).with(MeshTls.client(identity)).build();
    CompletableFuture<GrpcStatus> end = new CompletableFuture<>();
    GrpcClientRequest<RegionUpdate, RegionUpdate> request =
        Bench.get(
            client.request(
                MeshTls.address(to.rpc(), PeerIdentity.dnsNameOfControl(to.region())),
                FederationGrpcClient.Exchange));
    request.exceptionHandler(failure -> end.complete(GrpcStatus.CANCELLED));
    request
        .response()
        .onSuccess(response -> {
          response.exceptionHandler(failure -> end.complete(GrpcStatus.CANCELLED));
          response.endHandler(over -> end.complete(response.status()));
        })
        .onFailure(failure -> end.complete(GrpcStatus.UNAVAILABLE));
    Future<Void> sent =
        request.write(
            RegionUpdate.newBuilder()
                .setRegion(claimed.value())
                .setEpoch(1)
                .setSequence(1)
                .setFull(true)
                .setStatus(
                    dev.hanse.api.control.v1.RegionStatus.newBuilder()
                        .setRegion(claimed.value())
                        .setHealth(dev.hanse.api.control.v1.RegionHealth.REGION_HEALTH_READY)
                        .setHeardAtEpochMillis(1))
                .build());
    await().until(() -> sent.isComplete());
    await().until(end::isDone);
    Bench.get(client.close());
    return end.join();
  }
}
