package dev.hanse.node.forward;

import static dev.hanse.node.forward.ProviderNode.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.Role;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.node.dispatch.FakeProvider;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attempts carried over real sockets, without TLS; {@code MutualTlsIT} has it. */
final class ForwardIT {
  private static final Duration CANCEL_WITHIN = Duration.ofMillis(100);
  private static final PeerIdentity EDGE =
      new PeerIdentity.Node(
          "hanse.internal", SampleMesh.EU, NodeId.parse("hanse.edge-1"), Set.of(Role.EDGE));
  private static final PeerIdentity PROVIDER =
      new PeerIdentity.Node(
          "hanse.internal", SampleMesh.EU, NodeId.parse("acme.gpu-9"), Set.of(Role.PROVIDER));

  private final Vertx vertx = Vertx.vertx();
  private final Context edge = vertx.getOrCreateContext();
  private final ProviderNode node = ProviderNode.plaintext(vertx, "acme.gpu-1", EDGE);
  private final Forwarder forwarder =
      new Forwarder(PeerChannels.plaintext(vertx), Alarms.of(vertx));
  private final Collected answer = new Collected();

  @AfterEach
  void stop() {
    var _ = await(vertx.close().map(_ -> true));
  }

  private static Upstream.Attempt attempt(Member member, Buffer body, Duration budget) {
    return new Upstream.Attempt(
        new ServingRequest(
            "req-1",
            "tenant",
            Operation.CHAT,
            true,
            body,
            SampleMesh.request("hello"),
            budget,
            new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "k=v")),
        member,
        1,
        300,
        new Price(1, 2, 3));
  }

  private Exchange open(Upstream.Attempt attempt, Collected listener) {
    Promise<Exchange> opened = Promise.promise();
    edge.runOnContext(_ -> opened.complete(forwarder.open(attempt, listener)));
    return await(opened.future());
  }

  private Exchange open() {
    return open(attempt(node.member, Buffer.buffer("{\"a\":1}"), Duration.ofSeconds(30)), answer);
  }

  private FakeProvider.Opened engineExchange(int number) {
    await().until(() -> node.engine.opened().size() >= number);
    return node.engine.opened().get(number - 1);
  }

  private void onEdge(Runnable task) {
    edge.runOnContext(_ -> task.run());
  }

  @Test
  void carriesTheRequestAndItsAnswer() {
    open();
    FakeProvider.Opened engine = engineExchange(1);
    engine.chunk("{\"c\":1}");
    engine.chunk("{\"c\":2}");
    engine.end();
    await().until(answer::isOver);

    assertThat(engine.request.requestId()).isEqualTo("req-1");
    assertThat(engine.request.model()).isEqualTo("engine-model");
    assertThat(engine.request.body().toString()).isEqualTo("{\"a\":1}");
    assertThat(engine.request.budget()).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
    assertThat(engine.request.headers())
        .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(answer.chunks).containsExactly("{\"c\":1}", "{\"c\":2}");
    assertThat(requireNonNull(answer.completion).usage()).isEqualTo(new Usage(5, 2, 3, 1, true));
    assertThat(requireNonNull(answer.completion).usageChunk())
        .contains(Buffer.buffer("{\"usage\":{}}"));
    assertThat(node.dispatcher.load().inFlightWorkTokens()).isZero();
  }

  @Test
  void carriesBodiesFarAboveTheDefaultMessageLimit() {
    Buffer body = Buffer.buffer(new byte[12 * 1024 * 1024]);
    open(attempt(node.member, body, Duration.ofSeconds(30)), answer);
    FakeProvider.Opened engine = engineExchange(1);
    engine.chunk("x".repeat(3 * 1024 * 1024));
    engine.end();
    await().until(answer::isOver);

    assertThat(engine.request.body().length()).isEqualTo(body.length());
    assertThat(answer.chunks.getFirst()).hasSize(3 * 1024 * 1024);
  }

  @Test
  void carriesAFailureWithEverythingItSays() {
    open();
    ProviderFailure failure =
        new ProviderFailure(
            Kind.RATE_LIMITED,
            429,
            "rate_limit_exceeded",
            "slow down",
            new Retry.Here(Duration.ofSeconds(3)),
            Usage.NONE,
            Optional.of(Buffer.buffer("{\"message\":\"slow down\"}")));
    engineExchange(1).fail(failure);
    await().until(answer::isOver);

    assertThat(answer.heardFailure()).isEqualTo(failure);
  }

  @Test
  void cancelReachesTheEngineBeforeTheFirstChunk() {
    Exchange exchange = open();
    FakeProvider.Opened engine = engineExchange(1);

    onEdge(exchange::cancel);

    await().atMost(CANCEL_WITHIN).pollInterval(Duration.ofMillis(2)).until(() -> engine.cancelled);
    assertThat(node.dispatcher.load().inFlightWorkTokens()).isZero();
    assertThat(answer.isOver()).isFalse();
  }

  @Test
  void cancelReachesTheEngineInTheMiddleOfAnAnswer() {
    Exchange exchange = open();
    FakeProvider.Opened engine = engineExchange(1);
    engine.chunk("{}");
    await().until(() -> !answer.chunks.isEmpty());

    onEdge(exchange::cancel);

    await().atMost(CANCEL_WITHIN).pollInterval(Duration.ofMillis(2)).until(() -> engine.cancelled);
    assertThat(answer.isOver()).isFalse();
  }

  @Test
  void cancelReachesTheEngineWhileTheClientDoesNotRead() {
    Exchange exchange = open();
    FakeProvider.Opened engine = engineExchange(1);
    onEdge(exchange::pause);
    flood(engine, 4_000, new AtomicInteger());
    await().until(() -> engine.paused);

    onEdge(exchange::cancel);

    await().atMost(CANCEL_WITHIN).pollInterval(Duration.ofMillis(2)).until(() -> engine.cancelled);
  }

  @Test
  void cancelBeforeTheConnectionIsThereLeavesNothingBehind() {
    onEdge(() ->
        forwarder
            .open(attempt(node.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), answer)
            .cancel());
    open(attempt(node.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), new Collected());
    engineExchange(1);

    await()
        .until(
            () -> node.engine.opened().stream().filter(opened -> !opened.cancelled).count() == 1);
    assertThat(answer.isOver()).isFalse();
  }

  /** Writes 1 KiB chunks until it is paused or done. */
  private static void flood(FakeProvider.Opened engine, int chunks, AtomicInteger sent) {
    String chunk = "x".repeat(1024);
    Runnable pump =
        () -> {
          while (!engine.paused && !engine.cancelled && sent.get() < chunks) {
            sent.incrementAndGet();
            engine.chunk(chunk);
            if (sent.get() == chunks) {
              engine.end();
            }
          }
        };
    engine.onResume(pump);
    engine.run(pump);
  }

  @Test
  void aClientThatDoesNotReadHoldsTheEngineBackAndLosesNothing() {
    Exchange exchange = open();
    FakeProvider.Opened engine = engineExchange(1);
    onEdge(exchange::pause);
    engine.chunk("first");
    AtomicInteger sent = new AtomicInteger();
    flood(engine, 20_000, sent);
    await().until(() -> engine.paused);
    int held = sent.get();

    assertThat(held).isLessThan(1_000);
    onEdge(exchange::resume);
    await().atMost(Duration.ofSeconds(60)).until(answer::isOver);

    assertThat(answer.completion).isNotNull();
    assertThat(answer.chunks).hasSize(20_001);
  }

  @Test
  void aClientThatDoesNotReadHoldsNobodyElseBack() {
    for (int i = 1; i <= 40; i++) {
      Exchange slow =
          open(attempt(node.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), new Collected());
      onEdge(slow::pause);
      flood(engineExchange(i), 2_000, new AtomicInteger());
    }
    open();
    flood(engineExchange(41), 2_000, new AtomicInteger());

    await().atMost(Duration.ofSeconds(30)).until(answer::isOver);

    assertThat(answer.chunks).hasSize(2_000);
  }

  @Test
  void aNodeNobodyListensOnIsUnreachable() {
    node.kill();

    open();
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(answer.heardFailure().retry()).isEqualTo(new Retry.Elsewhere(Duration.ZERO));
  }

  @Test
  void aNodeLostBeforeTheFirstChunkMayBeReplaced() {
    open();
    engineExchange(1);

    node.kill();
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(answer.heardFailure().retry()).isEqualTo(new Retry.Elsewhere(Duration.ZERO));
    await().until(() -> node.engine.last().cancelled);
  }

  @Test
  void aNodeLostInTheMiddleIsABrokenAnswer() {
    open();
    engineExchange(1).chunk("{}");
    await().until(() -> !answer.chunks.isEmpty());

    node.kill();
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.TRUNCATED);
    assertThat(answer.heardFailure().retry()).isEqualTo(new Retry.Never());
    assertThat(answer.ends).hasValue(1);
  }

  @Test
  void refusesWhoIsNoEdge() {
    ProviderNode strict = ProviderNode.plaintext(vertx, "acme.gpu-2", PROVIDER);

    open(attempt(strict.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), answer);
    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(strict.engine.opened()).isEmpty();
  }

  @Test
  void endsWhenTheTimeIsUp() {
    open(attempt(node.member, Buffer.buffer("{}"), Duration.ofMillis(50)), answer);

    await().until(answer::isOver);

    assertThat(answer.heardFailure().kind()).isEqualTo(Kind.TIMEOUT);
    await().until(() -> node.engine.last().cancelled);
  }

  @Test
  void refusesOneExchangeMoreThanItMayHaveWithAMember() {
    for (int i = 1; i <= 200; i++) {
      open(attempt(node.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), new Collected());
    }
    open();
    assertThat(answer.heardFailure().code()).isEqualTo("node_busy");

    engineExchange(200).end();
    await()
        .untilAsserted(() -> {
          Collected next = new Collected();
          open(attempt(node.member, Buffer.buffer("{}"), Duration.ofSeconds(30)), next);
          assertThat(next.isOver()).isFalse();
        });
  }
}
