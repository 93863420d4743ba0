package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Endpoint;
import dev.hanse.api.MemberState;
import dev.hanse.api.Snapshot;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.store.MemoryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartIT {
  private final Bench bench = new Bench();
  @TempDir private Path directory;

  @AfterEach
  void stop() {
    bench.close();
  }

  private ScriptedNode joined(ControlGraph graph, String name) {
    ScriptedNode node = bench.node(EU, name, graph.rpc());
    node.join(7);
    await().until(() -> !node.answers().isEmpty());
    return node;
  }

  @Test
  void neverTellsAWatcherOfAnEmptierMeshThanBefore() {
    ControlGraph before = bench.start(Bench.config(EU), FileLedger.open(directory));
    ScriptedNode one = joined(before, "gpu-1");
    ScriptedNode two = joined(before, "gpu-2");
    Watcher edge = one.watch().subscribe(0, 0);
    await().until(() -> edge.latest().filter(view -> view.members().size() == 2).isPresent());
    Snapshot held = edge.latest().orElseThrow();
    Endpoint rpc = before.rpc();

    bench.stop(before);
    one.stopBeating();
    two.stopBeating();
    await().until(() -> edge.ended().isDone());
    ControlGraph after = bench.start(Bench.config(EU).withListen(rpc), FileLedger.open(directory));
    Watcher again = one.watch().subscribe(held.epoch(), held.version());
    one.join(7);
    await().until(() -> !one.answers().isEmpty());
    assertThat(Bench.get(after.isReady())).isFalse();
    assertThat(new AdminClient(after.admin()).get("/readyz").status()).isEqualTo(503);
    assertThat(again.messages()).isEmpty();
    two.join(7);

    await().until(() -> again.latest().isPresent());
    assertThat(again.views().getFirst().members()).hasSize(2);
    assertThat(again.views().getFirst().epoch()).isGreaterThan(held.epoch());
    assertThat(new AdminClient(after.admin()).get("/readyz").status()).isEqualTo(200);
  }

  @Test
  void answersAfterALeaseWhenANodeDidNotComeBack() {
    MemoryLedger ledger = new MemoryLedger();
    ControlGraph before = bench.start(Bench.config(EU), ledger);
    ScriptedNode one = joined(before, "gpu-1");
    ScriptedNode two = joined(before, "gpu-2");
    Endpoint rpc = before.rpc();
    bench.stop(before);
    two.stopBeating();

    bench.start(Bench.config(EU).withListen(rpc), ledger);
    one.join(7);
    Watcher again = one.watch().subscribe(0, 0);

    await().until(() -> again.latest().isPresent());
    assertThat(again.views().getFirst().members())
        .extracting(view -> view.member().id())
        .isEqualTo(List.of(one.id));
  }

  @Test
  void keepsKeysTokensAndDrainsOverARestart() {
    ControlGraph before = bench.start(Bench.config(EU), FileLedger.open(directory));
    AdminClient admin = new AdminClient(before.admin());
    String keyId =
        admin
            .post(
                "/admin/v1/keys", "{\"tenant\":\"acme\",\"models\":[\"m\"],\"tokensPerMinute\":9}")
            .body()
            .path("keyId")
            .asText();
    admin.post("/admin/v1/keys", "{\"tenant\":\"other\",\"expiresAt\":\"2999-01-01T00:00:00Z\"}");
    admin.delete("/admin/v1/keys/" + keyId);
    String token =
        admin
            .post("/admin/v1/join-tokens", "{\"provider\":\"acme\"}")
            .body()
            .path("token")
            .asText();
    ScriptedNode node = joined(before, "gpu-1");
    admin.post("/admin/v1/nodes/acme.gpu-1/drain", "{\"drain\":true}");
    List<dev.hanse.api.ClientKey> keys = Bench.get(before.snapshot()).keys();
    Endpoint rpc = before.rpc();
    bench.stop(before);

    ControlGraph after = bench.start(Bench.config(EU).withListen(rpc), FileLedger.open(directory));
    node.join(7);

    assertThat(after.providerOf(token)).contains("acme");
    assertThat(Bench.get(after.snapshot()).keys()).isEqualTo(keys).hasSize(2);
    await()
        .until(() ->
            Bench.get(after.snapshot()).members().stream()
                .anyMatch(view -> view.member().state() == MemberState.DRAINING));
    assertThat(Bench.get(after.snapshot()).members().getFirst().member().id())
        .isEqualTo(node("gpu-1"));
  }

  @Test
  void doesNotStartOnACorruptFileAndLeavesIt() throws IOException {
    Path file = directory.resolve("client-keys.json");
    Files.writeString(file, "{\"format\":1,\"keys\":[{\"keyId\":");

    assertThatThrownBy(() -> bench.start(Bench.config(EU), FileLedger.open(directory)))
        .hasMessageContaining("client-keys.json")
        .hasMessageContaining("left as it is");

    assertThat(file).hasContent("{\"format\":1,\"keys\":[{\"keyId\":");
    Files.delete(file);
    assertThat(bench.start(Bench.config(EU), FileLedger.open(directory)).rpc().isPresent())
        .isTrue();
  }

  @Test
  void doesNotShareADirectory() {
    bench.start(Bench.config(EU), FileLedger.open(directory));

    assertThatThrownBy(() -> FileLedger.open(directory))
        .hasMessageContaining("another control plane");
  }

  @Test
  void namesAPortThatIsTakenAndReleasesTheDirectory() {
    ControlGraph first = bench.start(Bench.config(EU), new MemoryLedger());

    assertThatThrownBy(
            () -> bench.start(Bench.config(EU).withListen(first.rpc()), FileLedger.open(directory)))
        .hasMessageContaining("in use");

    FileLedger.open(directory).close();
  }
}
