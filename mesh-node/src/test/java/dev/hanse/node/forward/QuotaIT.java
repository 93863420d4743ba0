package dev.hanse.node.forward;

import static dev.hanse.node.forward.ProviderNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.RoutingSettings;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.CompletionFlow;
import dev.hanse.node.serving.QuotaKeeper;
import dev.hanse.node.serving.ServingObserver;
import dev.hanse.node.serving.ServingPolicy;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two edges hammer one node over real sockets, each with its own quota. */
final class QuotaIT {
  private static final long CAP = 4_000;
  private static final int REQUESTS = 150;

  private final long startedNanos = System.nanoTime();
  private final Vertx vertx = Vertx.vertx();
  private final ProviderNode node = ProviderNode.withQuotas(vertx, "acme.gpu-1", peer(1), CAP);
  private final ProviderNode sameNode = node.doorFor(vertx, peer(2));

  private static PeerIdentity peer(int number) {
    return new PeerIdentity.Node(
        "hanse.internal", SampleMesh.EU, NodeId.parse("hanse.edge-" + number), Set.of(Role.EDGE));
  }

  @AfterEach
  void close() {
    var _ = await(vertx.close().map(_ -> true));
  }

  /** An edge whose name the node knows. */
  private final class Edge {
    private final Context context = vertx.getOrCreateContext();
    private final NodeId id;
    private final Router router;
    private final PeerChannels channels = PeerChannels.plaintext(vertx);
    private final CompletionFlow flow;
    private final QuotaKeeper keeper;
    private final List<Collected> answers = new ArrayList<>();

    Edge(int number, ProviderNode door) {
      id = NodeId.parse("hanse.edge-" + number);
      router =
          Router.withQuotas(
              RoutingSettings.defaults(id, SampleMesh.EU).withSlotBits(8),
              () -> SampleMesh.NOW.plusNanos(System.nanoTime() - startedNanos),
              number);
      router.update(
          new Snapshot(
              1,
              1,
              SampleMesh.EU,
              List.of(new MemberView(door.member, Load.IDLE)),
              List.of(),
              List.of()));
      flow =
          new CompletionFlow(
              router,
              new Forwarder(channels, Alarms.of(vertx)),
              new ServingPolicy(
                  3,
                  Duration.ofSeconds(30),
                  Duration.ofSeconds(30),
                  Duration.ofMillis(20),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(20),
                  1024),
              ServingObserver.NONE,
              Alarms.of(vertx),
              InstantSource.system(),
              new Random(number));
      keeper =
          new QuotaKeeper(vertx, router, new QuotaCalls(channels, id, (_, _) -> Optional.empty()));
      keeper.start();
    }

    void serve(int number) {
      Collected answer = new Collected();
      answers.add(answer);
      ServingRequest request =
          new ServingRequest(
              "req-" + id + number,
              "tenant",
              Operation.CHAT,
              true,
              Buffer.buffer("{}"),
              SampleMesh.request("hello " + number),
              Duration.ofSeconds(30),
              TraceContext.NONE);
      context.runOnContext(_ -> flow.serve(request, answer));
    }
  }

  @Test
  void twoEdgesNeverTogetherPassTheCapAndEveryRequestIsAnswered() {
    AtomicLong most = new AtomicLong();
    node.engine.answering(opened -> {
      most.accumulateAndGet(node.dispatcher.load().inFlightWorkTokens(), Math::max);
      var _ =
          vertx.setTimer(
              20,
              _ -> {
                opened.chunk("{}");
                opened.end();
              });
    });
    Edge one = new Edge(1, node);
    Edge two = new Edge(2, sameNode);

    for (int i = 0; i < REQUESTS; i++) {
      one.serve(i);
      two.serve(i);
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> {
          assertThat(one.answers).allMatch(Collected::isOver);
          assertThat(two.answers).allMatch(Collected::isOver);
        });

    assertThat(one.answers).allSatisfy(answer -> assertThat(answer.failure).isNull());
    assertThat(two.answers).allSatisfy(answer -> assertThat(answer.failure).isNull());
    assertThat(most.get()).isGreaterThan(CAP / 2).isLessThanOrEqualTo(CAP);
    assertThat(node.dispatcher.load().inFlightWorkTokens()).isZero();
    assertThat(one.router.reservedTokens(node.member.id())).isZero();
    assertThat(two.router.reservedTokens(node.member.id())).isZero();
  }

  @Test
  void anAskIsAnsweredOverTheWire() {
    QuotaCalls calls =
        new QuotaCalls(
            PeerChannels.plaintext(vertx),
            NodeId.parse("hanse.edge-1"),
            (_, _) -> Optional.empty());

    var grant = await(calls.ask(node.member, new QuotaAsk(5, 1, 0, 0, 700)));

    assertThat(grant.number()).isEqualTo(1);
    assertThat(grant.tokens()).isEqualTo(700);
    assertThat(grant.lasts()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void whoIsNoEdgeOrAsksANodeWithoutQuotasIsRefused() {
    ProviderNode stranger =
        ProviderNode.plaintext(
            vertx,
            "acme.gpu-2",
            new PeerIdentity.Node(
                "hanse.internal",
                SampleMesh.EU,
                NodeId.parse("acme.gpu-9"),
                Set.of(Role.PROVIDER)));
    ProviderNode without = ProviderNode.plaintext(vertx, "acme.gpu-3", peer(1));
    QuotaCalls calls =
        new QuotaCalls(
            PeerChannels.plaintext(vertx),
            NodeId.parse("hanse.edge-1"),
            (_, _) -> Optional.empty());
    QuotaAsk ask = new QuotaAsk(5, 1, 0, 0, 700);

    assertThat(isRefused(calls, stranger.member, ask)).isTrue();
    assertThat(isRefused(calls, without.member, ask)).isTrue();
    assertThat(isRefused(calls, SampleMesh.node("hanse.edge-1").member(), ask)).isTrue();
  }

  private static boolean isRefused(QuotaCalls calls, Member member, QuotaAsk ask) {
    return await(
        calls.ask(member, ask).transform(answer -> Future.succeededFuture(answer.failed())));
  }
}
