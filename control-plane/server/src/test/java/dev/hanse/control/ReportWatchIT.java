package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.offer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.ControlGrpcClient;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.MemoryLedger;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportWatchIT {
  private final Bench bench = new Bench();
  private final AtomicInteger snapshots = new AtomicInteger();
  private final AtomicInteger acks = new AtomicInteger();
  private final AtomicInteger nacks = new AtomicInteger();
  private ControlGraph eu;

  @BeforeEach
  void start() {
    eu =
        bench.start(
            Bench.config(EU),
            new MemoryLedger(),
            new ControlMetrics() {
              @Override
              public void snapshotSent() {
                snapshots.incrementAndGet();
              }

              @Override
              public void acked() {
                acks.incrementAndGet();
              }

              @Override
              public void nacked() {
                nacks.incrementAndGet();
              }
            });
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private ScriptedNode enrolled(String name) {
    return bench.node(EU, name, eu.rpc());
  }

  private static List<NodeId> members(Watcher watcher) {
    return watcher.latest().stream()
        .flatMap(view -> view.members().stream())
        .map(view -> view.member().id())
        .toList();
  }

  private static MemberState state(Watcher watcher) {
    return watcher
        .latest()
        .map(Snapshot::members)
        .map(List::getFirst)
        .map(MemberView::member)
        .orElseThrow()
        .state();
  }

  private static String refusal(ScriptedNode node) {
    await().until(() -> node.ended().isDone());
    assertThat(node.ended()).isCompletedWithValue(GrpcStatus.OK);
    return node.answers().getLast().getRefused().getCode();
  }

  @Test
  void showsAReportingNodeToAWatcherAndTakesAcks() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    await().until(() -> watcher.latest().isPresent());
    assertThat(members(watcher)).isEmpty();

    node.join(7);

    await().until(() -> members(watcher).equals(List.of(node.id)));
    await().until(() -> watcher.latest().orElseThrow().members().getFirst().load().sequence() > 5);
    assertThat(node.answers().getFirst().getLease().getLeaseMillis()).isEqualTo(2500);
    assertThat(node.answers().getFirst().getLease().getBeatIntervalMillis()).isEqualTo(200);
    assertThat(
            watcher.latest().orElseThrow().members().getFirst().member().attestation().expiresAt())
        .isAfter(Instant.now().plus(Duration.ofMinutes(30)));
    assertThat(watcher.messages().stream().filter(m -> m.hasSnapshot())).hasSize(1);
    await().until(() -> acks.get() > 3);
    assertThat(watcher.latest().orElseThrow().regions().getFirst().edgeUrls())
        .containsExactly("http://127.0.0.1:8080/gpu-1");
  }

  @Test
  void removesANodeWhoseLeaseExpiredAndEndsItsStream() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    node.join(7);
    await().until(() -> members(watcher).equals(List.of(node.id)));

    node.stopBeating();

    await().until(() -> members(watcher).isEmpty());
    assertThat(refusal(node)).isEqualTo("lease-expired");
    node.join(7);
    await().until(() -> members(watcher).equals(List.of(node.id)));
  }

  @Test
  void removesANodeAtOnceThatSaysGoodbye() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    GrpcClientRequest<ReportRequest, ReportResponse> stream = node.join(7);
    await().until(() -> members(watcher).equals(List.of(node.id)));

    node.stopBeating();
    long before = System.nanoTime();
    Bench.get(stream.write(ScriptedNode.goodbye()));

    await().until(() -> members(watcher).isEmpty());
    assertThat(System.nanoTime() - before).isLessThan(1_000_000_000L);
  }

  @Test
  void keepsTheLeaseOfANodeWhoseStreamBreaks() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    GrpcClientRequest<ReportRequest, ReportResponse> stream = node.join(7);
    await().until(() -> members(watcher).equals(List.of(node.id)));

    stream.cancel();
    node.join(7);

    await().until(() -> node.answers().stream().anyMatch(ReportResponse::hasLease));
    assertThat(watcher.views().stream().skip(1).filter(v -> v.members().isEmpty())).isEmpty();
  }

  @Test
  void endsTheStreamOfAReplacedProcess() {
    ScriptedNode old = enrolled("gpu-1");
    old.join(7);
    await().until(() -> !old.answers().isEmpty());
    ScriptedNode young = enrolled("gpu-1");

    young.join(8);

    assertThat(refusal(old)).isEqualTo("superseded");
    await().until(() -> young.answers().stream().anyMatch(ReportResponse::hasLease));
  }

  @Test
  void refusesAHelloInSomebodyElsesName() {
    ScriptedNode node = enrolled("gpu-1");
    ScriptedNode other = enrolled("gpu-2");

    Bench.get(node.report().write(node.hello(other.member(7))));

    assertThat(refusal(node)).isEqualTo("identity-mismatch");
  }

  @Test
  void refusesANodeOfAnotherRegion() {
    ScriptedNode stranger = new ScriptedNode(bench, US, "gpu-1", EU, eu.rpc());

    stranger.join(7);

    await().until(() -> stranger.ended().isDone());
    assertThat(stranger.ended()).isCompletedWithValue(GrpcStatus.PERMISSION_DENIED);
  }

  @Test
  void refusesWhoShowsNoCertificate() {
    ScriptedNode like = enrolled("gpu-1");
    GrpcClient anonymous =
        GrpcClient.builder(bench.vertx).with(MeshTls.bootstrapClient(bench.ca.roots())).build();

    Watcher watcher =
        new Watcher(Bench.get(anonymous.request(like.address, ControlGrpcClient.Watch)));
    watcher.subscribe(0, 0);

    await().until(() -> watcher.ended().isDone());
    assertThat(watcher.ended()).isCompletedWithValue(GrpcStatus.UNAUTHENTICATED);
    assertThat(watcher.messages()).isEmpty();
    Bench.get(anonymous.close());
  }

  @Test
  void refusesABeatBeforeHello() {
    ScriptedNode node = enrolled("gpu-1");

    Bench.get(node.report().write(node.beat(MemberState.READY, List.of())));

    await().until(() -> node.ended().isDone());
    assertThat(node.ended()).isCompletedWithValue(GrpcStatus.FAILED_PRECONDITION);
  }

  @Test
  void refusesAMessageThatBreaksTheContract() {
    ScriptedNode node = enrolled("gpu-1");
    ReportRequest.Builder broken = node.hello(node.member(7)).toBuilder();
    broken.getHelloBuilder().getMemberBuilder().setStateValue(99);

    Bench.get(node.report().write(broken.build()));

    await().until(() -> node.ended().isDone());
    assertThat(node.ended()).isCompletedWithValue(GrpcStatus.INVALID_ARGUMENT);
  }

  @Test
  void endsAStreamOfBytesThatAreNoMessage() {
    ScriptedNode node = enrolled("gpu-1");
    GrpcClientRequest<Buffer, Buffer> garbage = Bench.get(node.client.request(node.address));
    garbage.serviceName(ServiceName.create("hanse.control.v1", "Control")).methodName("Report");
    CompletableFuture<GrpcStatus> end = new CompletableFuture<>();
    garbage.exceptionHandler(failure -> end.complete(GrpcStatus.CANCELLED));
    garbage
        .response()
        .onSuccess(response -> response.endHandler(over -> end.complete(response.status())))
        .onFailure(failure -> end.complete(GrpcStatus.UNAVAILABLE));

    var _ = garbage.write(Buffer.buffer(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}));

    await().until(end::isDone);
    assertThat(end.join()).isNotEqualTo(GrpcStatus.OK);
  }

  @Test
  void refusesAMessageLargerThanAnyReport() {
    ScriptedNode node = enrolled("gpu-1");
    ReportRequest.Builder huge = node.hello(node.member(7)).toBuilder();
    huge.getHelloBuilder().getMemberBuilder().setEngine("x".repeat(300 * 1024));

    var _ = node.report().write(huge.build());

    await().until(() -> node.ended().isDone());
    assertThat(node.ended().join()).isNotEqualTo(GrpcStatus.OK);
    assertThat(Bench.get(eu.snapshot()).members()).isEmpty();
  }

  @Test
  void tellsANodeToDrainAndTheWatchersThatItDoes() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    node.join(7);
    await().until(() -> members(watcher).equals(List.of(node.id)));

    AdminClient admin = new AdminClient(eu.admin());
    assertThat(admin.post("/admin/v1/nodes/acme.gpu-1/drain", "{\"drain\":true}").status())
        .isEqualTo(200);

    await().until(() -> state(watcher) == MemberState.DRAINING);
    await()
        .until(
            () -> node.answers().stream().anyMatch(a -> a.hasDrain() && a.getDrain().getDrain()));
    admin.post("/admin/v1/nodes/acme.gpu-1/drain", "{\"drain\":false}");
    await().until(() -> state(watcher) == MemberState.READY);
    await().until(() -> !node.answers().getLast().getDrain().getDrain());
  }

  @Test
  void answersANackWithASnapshot() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher watcher = node.watch().subscribe(0, 0);
    node.join(7);
    await().until(() -> watcher.messages().size() > 3);

    watcher.nack(watcher.latest().orElseThrow().version());

    await().until(() -> watcher.messages().stream().filter(m -> m.hasSnapshot()).count() == 2);
    assertThat(nacks).hasValue(1);
  }

  @Test
  void continuesWhereAReconnectingWatcherWas() {
    ScriptedNode node = enrolled("gpu-1");
    Watcher first = node.watch().subscribe(0, 0);
    await().until(() -> first.latest().isPresent());
    Snapshot held = first.latest().orElseThrow();
    assertThat(snapshots).hasValue(1);

    Watcher again = node.watch();
    again.subscribe(held.epoch(), held.version() + 1000);

    await().until(() -> again.latest().isPresent());
    assertThat(again.messages().getFirst().hasSnapshot()).isTrue();
    assertThat(snapshots).hasValue(2);
  }

  @Test
  void queuesNothingForAWatcherThatDoesNotRead() {
    // The bidder speaks when its last bid was seen, not to a beat: its lease must not matter.
    eu =
        bench.start(
            Bench.config(EU)
                .withTiming(
                    new ControlConfig.Timing(
                        Duration.ofMillis(200),
                        Duration.ofMinutes(5),
                        Duration.ofMillis(20),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10))),
            new MemoryLedger());
    ScriptedNode node = enrolled("gpu-1");
    Watcher slow = node.watch().subscribe(0, 0);
    // On a connection of its own: the slow one's unread messages fill the window of the first.
    Watcher quick = enrolled("gpu-2").watch().subscribe(0, 0);
    await().until(() -> slow.latest().isPresent() && quick.latest().isPresent());
    ScriptedNode bidder = enrolled("gpu-3");
    GrpcClientRequest<ReportRequest, ReportResponse> stream = bidder.report();
    Bench.get(stream.write(bidder.hello(bidder.member(7))));
    await().until(() -> members(quick).equals(List.of(bidder.id)));
    slow.pause();

    for (int bid = 1; bid <= 150; bid++) {
      long version = quick.latest().orElseThrow().version();
      Bench.get(stream.write(bidder.beat(MemberState.READY, manyOffers(bid))));
      await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> quick.latest().orElseThrow().version() > version);
    }
    int before = slow.messages().size();
    slow.resume();

    long target = quick.latest().orElseThrow().version();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> slow.latest().orElseThrow().version() >= target);
    assertThat(slow.messages().size() - before).isLessThan(100);
    assertThat(slow.messages().stream().filter(m -> m.hasSnapshot())).hasSizeGreaterThan(1);
  }

  /** Some 30 KiB. */
  private static List<ModelOffer> manyOffers(long bid) {
    return IntStream.range(0, 200)
        .mapToObj(i ->
            new ModelOffer(
                new ModelId("m" + i + "-" + "x".repeat(100)),
                Set.of(Operation.CHAT),
                offer(1).contextTokens(),
                "fp8",
                new Price(bid, bid, bid)))
        .toList();
  }
}
