package dev.hanse.node.forward;

import static dev.hanse.node.forward.ProviderNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.Role;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.node.dispatch.FakeProvider;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may forward to whom, with certificates as the mesh issues them. */
final class MutualTlsIT {
  private static final NodeId PROVIDER = NodeId.parse("acme.gpu-1");

  private final Vertx vertx = Vertx.vertx();
  private final Context edge = vertx.getOrCreateContext();
  private final TestCertificates mesh = new TestCertificates(SampleMesh.EU);
  private final ProviderNode node =
      new ProviderNode(
          vertx,
          PROVIDER.toString(),
          MeshTls.server(mesh.node(PROVIDER, Set.of(Role.PROVIDER)), ClientAuth.REQUIRED),
          MeshTls::peerOf);
  private final Collected answer = new Collected();

  @AfterEach
  void stop() {
    var _ = await(vertx.close().map(_ -> true));
  }

  private MeshIdentity edgeIdentity() {
    return mesh.node(NodeId.parse("hanse.edge-1"), Set.of(Role.EDGE));
  }

  private Exchange open(PeerChannels channels, Member to, Collected listener) {
    Upstream.Attempt attempt =
        new Upstream.Attempt(
            new ServingRequest(
                "req-1",
                "tenant",
                Operation.CHAT,
                true,
                Buffer.buffer("{}"),
                SampleMesh.request("hello"),
                Duration.ofSeconds(30),
                TraceContext.NONE),
            to,
            1,
            300,
            new Price(1, 2, 3));
    Promise<Exchange> opened = Promise.promise();
    Forwarder forwarder = new Forwarder(channels, Alarms.of(vertx));
    edge.runOnContext(_ -> opened.complete(forwarder.open(attempt, listener)));
    return await(opened.future());
  }

  private FakeProvider.Opened engineExchange(int number) {
    await().until(() -> node.engine.opened().size() >= number);
    return node.engine.opened().get(number - 1);
  }

  @Test
  void anEdgeIsServed() {
    open(PeerChannels.mutual(vertx, edgeIdentity()), node.member, answer);
    engineExchange(1).chunk("{}");
    engineExchange(1).end();
    await().until(answer::isOver);

    assertThat(answer.completion).isNotNull();
  }

  @Test
  void cancelReachesTheEngineThroughTls() {
    Exchange exchange = open(PeerChannels.mutual(vertx, edgeIdentity()), node.member, answer);
    FakeProvider.Opened engine = engineExchange(1);

    edge.runOnContext(_ -> exchange.cancel());

    await()
        .atMost(Duration.ofMillis(100))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> engine.cancelled);
  }

  @Test
  void aMemberThatIsNoEdgeIsRefused() {
    MeshIdentity provider = mesh.node(NodeId.parse("acme.gpu-2"), Set.of(Role.PROVIDER));

    open(PeerChannels.mutual(vertx, provider), node.member, answer);
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(node.engine.opened()).isEmpty();
  }

  @Test
  void aStrangerWithTheRightNamesIsRefused() {
    MeshIdentity stranger =
        new TestCertificates(SampleMesh.EU).node(NodeId.parse("hanse.edge-1"), Set.of(Role.EDGE));

    open(PeerChannels.mutual(vertx, stranger), node.member, answer);
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(node.engine.opened()).isEmpty();
  }

  @Test
  void aNodeThatAnswersInAnothersPlaceIsNotBelieved() {
    Member other =
        SampleMesh.node("acme.gpu-7")
            .address(new Endpoint("127.0.0.1", node.member.address().port()))
            .member();

    open(PeerChannels.mutual(vertx, edgeIdentity()), other, answer);
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(answer.heardFailure().retry()).isEqualTo(new Retry.Elsewhere(Duration.ZERO));
    assertThat(node.engine.opened()).isEmpty();
  }

  @Test
  void aRenewalDisturbsNothingThatIsUnderWay() {
    PeerChannels channels = PeerChannels.mutual(vertx, edgeIdentity());
    open(channels, node.member, answer);
    FakeProvider.Opened before = engineExchange(1);
    before.chunk("old");

    channels.renew(edgeIdentity());
    Collected renewed = new Collected();
    open(channels, node.member, renewed);
    engineExchange(2).end();
    before.chunk("still");
    before.end();
    await().until(() -> answer.isOver() && renewed.isOver());

    assertThat(answer.chunks).containsExactly("old", "still");
    assertThat(answer.completion).isNotNull();
    assertThat(renewed.completion).isNotNull();
  }
}
