package dev.hanse.node.forward;

import static dev.hanse.node.forward.ProviderNode.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Load;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.node.dispatch.FakeProvider;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.CompletionFlow;
import dev.hanse.node.serving.ServingObserver;
import dev.hanse.node.serving.ServingPolicy;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure.Kind;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request from placement to engine over real sockets, while nodes die under it. */
final class FailoverIT {
  private static final PeerIdentity EDGE =
      new PeerIdentity.Node(
          "hanse.internal", SampleMesh.EU, NodeId.parse("hanse.edge-1"), Set.of(Role.EDGE));

  private final Vertx vertx = Vertx.vertx();
  private final Context edge = vertx.getOrCreateContext();
  private final ProviderNode one = ProviderNode.plaintext(vertx, "acme.gpu-1", EDGE);
  private final ProviderNode two = ProviderNode.plaintext(vertx, "acme.gpu-2", EDGE);
  private final Router router = new Router(SampleMesh.settings(), () -> SampleMesh.NOW);
  private final CompletionFlow flow =
      new CompletionFlow(
          router,
          new Forwarder(PeerChannels.plaintext(vertx), Alarms.of(vertx)),
          ServingPolicy.DEFAULT,
          ServingObserver.NONE,
          Alarms.of(vertx),
          java.time.InstantSource.system(),
          new Random(1));
  private final Collected answer = new Collected();

  @BeforeEach
  void bothAreMembers() {
    router.update(
        new Snapshot(
            1,
            1,
            SampleMesh.EU,
            List.of(new MemberView(one.member, Load.IDLE), new MemberView(two.member, Load.IDLE)),
            List.of(),
            List.of()));
  }

  @AfterEach
  void nothingStaysReserved() {
    await().until(() -> reserved() == 0);
    var _ = await(vertx.close().map(_ -> true));
  }

  private long reserved() {
    return router.reservedTokens(one.member.id()) + router.reservedTokens(two.member.id());
  }

  private Exchange serve() {
    ServingRequest request =
        new ServingRequest(
            "req-1",
            "tenant",
            Operation.CHAT,
            true,
            Buffer.buffer("{}"),
            SampleMesh.request("hello"),
            Duration.ofSeconds(30),
            TraceContext.NONE);
    Promise<Exchange> serving = Promise.promise();
    edge.runOnContext(_ -> serving.complete(flow.serve(request, answer)));
    return await(serving.future());
  }

  private ProviderNode chosen() {
    await().until(() -> one.engine.opened().size() + two.engine.opened().size() == 1);
    return one.engine.opened().isEmpty() ? two : one;
  }

  private ProviderNode other(ProviderNode node) {
    return node == one ? two : one;
  }

  @Test
  void aNodeKilledBeforeItsFirstTokenIsReplacedUnnoticed() {
    serve();
    ProviderNode first = chosen();
    ProviderNode second = other(first);

    first.kill();
    await().until(() -> !second.engine.opened().isEmpty());
    second.engine.last().chunk("{}");
    second.engine.last().end();
    await().until(answer::isOver);

    assertThat(answer.completion).isNotNull();
    assertThat(requireNonNull(answer.placed).node().id()).isEqualTo(second.member.id());
  }

  @Test
  void aNodeKilledInTheMiddleOfItsAnswerIsAnExplicitFailure() {
    serve();
    ProviderNode first = chosen();
    first.engine.last().chunk("{}");
    await().until(() -> !answer.chunks.isEmpty());

    first.kill();
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.TRUNCATED);
    assertThat(other(first).engine.opened()).isEmpty();
  }

  @Test
  void aClientThatLeavesStopsTheEngineWithinATenthOfASecond() {
    Exchange exchange = serve();
    FakeProvider.Opened engine = chosen().engine.last();

    edge.runOnContext(_ -> exchange.cancel());

    await()
        .atMost(Duration.ofMillis(100))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> engine.cancelled);
    assertThat(answer.isOver()).isFalse();
  }
}
