package dev.hanse.node.serving;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.settings;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static dev.hanse.node.serving.FakeUpstream.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.MemberState;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.FakeUpstream.Opened;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.seeds.Seeds;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Many requests at once against upstreams that answer, fail, stall and lie at random, clients that
 * cancel and pause at random, and members that come and go: whatever happens, each request is
 * settled once, hears at most one end, asks no more nodes than allowed, and leaves nothing
 * reserved.
 */
final class CompletionFlowPropertyTest {
  private static final int NODES = 4;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final Map<String, Integer> settled = new HashMap<>();
  private final Map<String, Integer> running = new HashMap<>();

  /** One request and what its client hears. */
  private record Client(Exchange exchange, HeardAnswer answer) {}

  @Seeds(tries = 300)
  void everythingReservedIsReleasedAndEveryRequestSettledOnce(long seed) {
    Random random = new Random(seed);
    VirtualTime time = new VirtualTime(SampleMesh.NOW);
    Router router = new Router(settings(), time);
    router.update(mesh(random));
    FakeUpstream upstream =
        new FakeUpstream()
            .answering(opened -> {
              if (random.nextInt(5) == 0) {
                act(opened, random);
              }
            });
    CompletionFlow flow =
        new CompletionFlow(
            router, upstream, ServingPolicy.DEFAULT, new Tally(), time, time, random);
    List<Client> clients = new ArrayList<>();

    for (int step = 0; step < 150; step++) {
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          HeardAnswer answer = new HeardAnswer();
          clients.add(new Client(flow.serve(request(clients.size(), random), answer), answer));
        }
        case 2 -> time.advance(Duration.ofMillis(random.nextInt(8_000)));
        case 3 -> {
          if (!clients.isEmpty()) {
            meddle(clients.get(random.nextInt(clients.size())).exchange(), random);
          }
        }
        case 4 -> router.update(mesh(random));
        default -> {
          if (!upstream.opened().isEmpty()) {
            act(upstream.opened().get(random.nextInt(upstream.opened().size())), random);
          }
        }
      }
    }
    time.advance(Duration.ofMinutes(10));

    assertThat(settled).hasSize(clients.size());
    assertThat(settled.values()).allMatch(times -> times == 1);
    assertThat(running.values()).allMatch(count -> count == 0);
    assertThat(flow.waiting()).isZero();
    assertThat(time.pending()).isZero();
    for (int i = 0; i < NODES; i++) {
      assertThat(router.reservedTokens(NodeId.parse("acme.gpu-" + i))).isZero();
    }
    assertThat(upstream.opened()).allMatch(opened -> opened.attempt.number() <= 3);
  }

  private static dev.hanse.api.Snapshot mesh(Random random) {
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      if (random.nextInt(5) > 0) {
        members.add(
            node("acme.gpu-" + i)
                .workTokens(1_500)
                .state(random.nextInt(5) == 0 ? MemberState.DRAINING : MemberState.READY));
      }
    }
    return snapshot(members);
  }

  private static ServingRequest request(int number, Random random) {
    return new ServingRequest(
        "req-" + number,
        "tenant",
        Operation.CHAT,
        random.nextBoolean(),
        Buffer.buffer("{}"),
        SampleMesh.request("prompt " + random.nextInt(20)),
        Duration.ofMillis(1 + random.nextInt(60_000)),
        TraceContext.NONE);
  }

  private static void meddle(Exchange exchange, Random random) {
    switch (random.nextInt(3)) {
      case 0 -> exchange.pause();
      case 1 -> exchange.resume();
      default -> exchange.cancel();
    }
  }

  /** Upstreams may even speak after their end: the flow must not care. */
  private static void act(Opened opened, Random random) {
    switch (random.nextInt(4)) {
      case 0, 1 -> opened.chunk("c");
      case 2 -> opened.end();
      default -> {
        Duration after = Duration.ofMillis(random.nextInt(3) * 4_000L);
        Retry retry =
            switch (random.nextInt(3)) {
              case 0 -> new Retry.Never();
              case 1 -> new Retry.Here(after);
              default -> new Retry.Elsewhere(after);
            };
        opened.fail(failure(KINDS.get(random.nextInt(KINDS.size())), retry));
      }
    }
  }

  /** Counts what begins and ends. */
  private final class Tally implements ServingObserver {
    @Override
    public void attemptStarted(ServingRequest request, dev.hanse.api.Member node, int number) {
      assertThat(running.merge(request.requestId(), 1, Integer::sum)).isEqualTo(1);
    }

    @Override
    public void attemptEnded(
        ServingRequest request,
        dev.hanse.api.Member node,
        int number,
        java.util.Optional<dev.hanse.provider.ProviderFailure> failure) {
      assertThat(running.merge(request.requestId(), -1, Integer::sum)).isZero();
    }

    @Override
    public void settled(ServingRequest request, Settlement settlement) {
      settled.merge(request.requestId(), 1, Integer::sum);
    }
  }
}
