package dev.hanse.node.serving;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.settings;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static dev.hanse.node.serving.FakeUpstream.failure;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.ServingObserver.Outcome;
import dev.hanse.node.serving.ServingObserver.Settlement;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** One request on virtual time; after each test it is settled once and nothing is left behind. */
abstract class CompletionFlowFixture {
  static final Duration BUDGET = Duration.ofMinutes(2);

  final VirtualTime time = new VirtualTime(SampleMesh.NOW);
  final Router router = new Router(settings(), time);
  final FakeUpstream upstream = new FakeUpstream();
  final List<Settlement> settlements = new ArrayList<>();
  final List<String> attempts = new ArrayList<>();
  final HeardAnswer answer = new HeardAnswer();
  final CompletionFlow flow =
      new CompletionFlow(
          router,
          upstream,
          ServingPolicy.DEFAULT,
          new ServingObserver() {
            @Override
            public void attemptEnded(
                ServingRequest request,
                Member node,
                int number,
                Optional<ProviderFailure> failure) {
              attempts.add(number + " " + failure.map(f -> f.kind().name()).orElse("answered"));
            }

            @Override
            public void settled(ServingRequest request, Settlement settlement) {
              settlements.add(settlement);
            }
          },
          time,
          time,
          new Random(1));

  void mesh(int nodes) {
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      members.add(node("acme.gpu-" + i));
    }
    router.update(snapshot(members));
  }

  static ServingRequest request(boolean stream) {
    return new ServingRequest(
        "req-1",
        "tenant",
        Operation.CHAT,
        stream,
        Buffer.buffer("{}"),
        SampleMesh.request("hello"),
        BUDGET,
        TraceContext.NONE);
  }

  Exchange serve() {
    return flow.serve(request(true), answer);
  }

  ProviderFailure heardFailure() {
    return requireNonNull(answer.failure);
  }

  Outcome outcome() {
    assertThat(settlements).hasSize(1);
    return settlements.getFirst().outcome();
  }

  /** Whatever a test did: nothing is reserved, nothing waits, no alarm is left. */
  @AfterEach
  void everythingIsGivenBack() {
    assertThat(settlements).hasSize(1);
    assertThat(flow.waiting()).isZero();
    assertThat(time.pending()).isZero();
    for (int i = 1; i <= 3; i++) {
      assertThat(router.reservedTokens(NodeId.parse("acme.gpu-" + i))).isZero();
    }
  }
}
