package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Endpoint;
import dev.hanse.api.MemberState;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlClientsIT {
  private static final Pace BRISK =
      new Pace(
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMillis(300),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1));

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final TestAuthority authority = new TestAuthority();
  private final List<Snapshot> seen = new CopyOnWriteArrayList<>();
  private final List<Boolean> drains = new CopyOnWriteArrayList<>();
  private volatile MeshIdentity identity = authority.node("eu-west", "gpu-1");

  @AfterEach
  void stop() throws Exception {
    ScriptedControlPlane.await(vertx.close().map(true));
  }

  @Test
  void reportsOverMutualTlsUntilGoodbye() throws Exception {
    var control = control(0);
    ReportClient client = reporting(channel(control.endpoint()));
    client.start();

    await().until(() -> control.reports.stream().filter(ReportRequest::hasBeat).count() >= 3);
    assertThat(control.reports.getFirst().getHello().getMember().getNodeId())
        .isEqualTo("acme.gpu-1");
    assertThat(client.isLeased()).isTrue();
    control.drain();
    await().until(() -> drains.equals(List.of(true)));

    ScriptedControlPlane.await(client.close().map(true));

    await().until(() -> control.reports.getLast().hasGoodbye());
  }

  @Test
  void watchesOverMutualTls() throws Exception {
    var control = control(0);
    WatchClient client = watching(channel(control.endpoint()));
    ScriptedControlPlane.await(client.start().map(true));

    await().until(() -> client.isLive());
    control.tell(Samples.delta(7, 1, 2));
    await().until(() -> seen.size() == 2);

    assertThat(client.view().map(Snapshot::version)).contains(2L);
    await()
        .untilAsserted(() ->
            assertThat(control.watches)
                .filteredOn(WatchRequest::hasAck)
                .extracting(request -> request.getAck().getVersion())
                .containsExactly(1L, 2L));
    ScriptedControlPlane.await(client.close().map(true));
  }

  @Test
  void keepsItsViewAndComesBackToAControlPlaneThatRestarts() throws Exception {
    var before = control(0);
    Endpoint endpoint = before.endpoint();
    ControlChannel channel = channel(endpoint);
    ReportClient report = reporting(channel);
    WatchClient watch = watching(channel);
    report.start();
    ScriptedControlPlane.await(watch.start().map(true));
    await().until(() -> watch.isLive() && report.isLeased());

    before.stop();
    await().until(() -> !watch.isLive() && !report.isLeased());
    assertThat(watch.view()).contains(Samples.snapshot(7, 1));
    var after = control(endpoint.port());

    await().until(() -> report.isLeased() && !after.watches.isEmpty());
    assertThat(after.reports.getFirst().hasHello()).isTrue();
    assertThat(after.watches.getFirst().getSubscribe().getEpoch()).isEqualTo(7);
    assertThat(after.watches.getFirst().getSubscribe().getVersion()).isEqualTo(1);
  }

  @Test
  void goesOnToTheNextAddressFromOneThatIsDeafAndOneThatIsDown() throws Exception {
    var deaf = vertx.createNetServer().connectHandler(socket -> socket.pause());
    int deafPort = ScriptedControlPlane.await(deaf.listen(0, "127.0.0.1")).actualPort();
    var gone = control(0);
    gone.stop();
    var good = control(0);

    ReportClient client =
        reporting(channel(new Endpoint("127.0.0.1", deafPort), gone.endpoint(), good.endpoint()));
    client.start();

    await().until(client::isLeased);
    assertThat(good.reports.getFirst().hasHello()).isTrue();
  }

  @Test
  void connectsAgainWithItsRenewedIdentity() throws Exception {
    var control = control(0);
    ControlChannel channel = channel(control.endpoint());
    ReportClient report = reporting(channel);
    WatchClient watch = watching(channel);
    report.start();
    ScriptedControlPlane.await(watch.start().map(true));
    await().until(() -> watch.isLive() && report.isLeased());

    identity = authority.node("eu-west", "gpu-1");

    await()
        .until(() ->
            control.reports.stream().filter(ReportRequest::hasHello).count() == 2
                && control.watches.stream().filter(WatchRequest::hasSubscribe).count() == 2);
    await().until(report::isLeased);
    control.tell(Samples.delta(7, 1, 2));
    await().until(() -> watch.isLive() && seen.size() == 2);
  }

  @Test
  void doesNotTalkToAControlPlaneOfAnotherRegion() throws Exception {
    var impostor =
        new ScriptedControlPlane(
            vertx, MeshTls.server(authority.control("us-east"), ClientAuth.REQUIRED), 0);
    var good = control(0);
    ReportClient client = reporting(channel(impostor.endpoint(), good.endpoint()));
    client.start();

    await().until(client::isLeased);
    assertThat(impostor.reports).isEmpty();
  }

  @Test
  void givesUpAControlPlaneThatFreezes() throws Exception {
    Vertx other = Vertx.vertx();
    try {
      var frozen =
          new ScriptedControlPlane(
              other, MeshTls.server(authority.control("eu-west"), ClientAuth.REQUIRED), 0);
      var good = control(0);
      ReportClient client = reporting(channel(frozen.endpoint(), good.endpoint()));
      var thawed = new CountDownLatch(1);
      client.start();
      await().until(client::isLeased);

      frozen.freezeUntil(thawed);
      try {
        await().until(() -> !good.reports.isEmpty());
      } finally {
        thawed.countDown();
      }
    } finally {
      ScriptedControlPlane.await(other.close().map(true));
    }
  }

  @Test
  void speaksPlaintextWhereATestWantsIt() throws Exception {
    var control = new ScriptedControlPlane(vertx, new HttpServerOptions(), 0);
    WatchClient client =
        watching(ControlChannel.plaintext(context, List.of(control.endpoint()), Samples.REGION));
    ScriptedControlPlane.await(client.start().map(true));

    await().until(client::isLive);
  }

  private ScriptedControlPlane control(int port) throws Exception {
    return new ScriptedControlPlane(
        vertx, MeshTls.server(authority.control("eu-west"), ClientAuth.REQUIRED), port);
  }

  private ControlChannel channel(Endpoint... addresses) {
    return ControlChannel.secure(context, List.of(addresses), Samples.REGION, () -> identity);
  }

  private ReportClient reporting(ControlChannel channel) {
    return new ReportClient(
        context,
        channel,
        BRISK,
        new Random(1),
        () -> Samples.MEMBER,
        () -> Samples.BUSY,
        () -> MemberState.READY,
        () -> List.of(Samples.OFFER),
        drains::add,
        Trade.NONE);
  }

  private WatchClient watching(ControlChannel channel) {
    return new WatchClient(
        context, channel, BRISK, new Random(1), SnapshotStore.NONE, seen::add, revocations -> {});
  }
}
