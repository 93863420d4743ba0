package dev.hanse.cli.compare;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.Exclusions;
import dev.hanse.node.routing.Lease;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.Route;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.RoutingSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mesh's own placement: the very router of an edge, fed with snapshots and a virtual clock. It
 * sees its own reservations at once, and each node's work half a second old at most, as in a mesh.
 */
final class MeshPlacement implements Policy {
  private static final ModelId MODEL = new ModelId("llama-3.1-8b-instruct");
  private static final RegionId REGION = new RegionId("eu-west");
  private static final Instant LATER = Instant.MAX;

  /** What a client that sets no limit may get; a trace's answers are not known beforehand. */
  private static final int MOST_OUTPUT_TOKENS = 4096;

  private final List<Member> members;
  private final Map<NodeId, Integer> positions = new HashMap<>();
  private final Map<Prompt, Lease> leases = new HashMap<>();
  private final Map<Prompt, NodeId> places = new HashMap<>();
  private final Router router;
  private Instant now = Instant.EPOCH;
  private long beats;

  MeshPlacement(List<Server> servers, long seed) {
    members = servers.stream().map(MeshPlacement::member).toList();
    for (int i = 0; i < servers.size(); i++) {
      positions.put(servers.get(i).id(), i);
    }
    NodeId edge = new NodeId("hanse", "edge-1");
    router = new Router(RoutingSettings.defaults(edge, REGION).withClusterSeed(seed), () -> now);
    announce(members.stream().map(_ -> 0L).toList());
  }

  private static Member member(Server server) {
    return new Member(
        server.id(),
        REGION,
        new Endpoint("127.0.0.1", 4443),
        "",
        Set.of(Role.PROVIDER),
        List.of(
            new ModelOffer(
                MODEL, Set.of(Operation.CHAT), Integer.MAX_VALUE, "fp8", server.price())),
        new Capacity(server.workTokens(), (long) server.gpu().prefillTokensPerSecond(), 0),
        "simulated (" + server.gpu().name() + ")",
        true,
        DataPolicy.NONE,
        new AttestationSummary("simulated", AttestationLevel.SIMULATED, Instant.EPOCH, LATER),
        MemberState.READY,
        1);
  }

  private void announce(List<Long> workTokens) {
    beats++;
    List<MemberView> views = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      views.add(new MemberView(members.get(i), new Load(beats, workTokens.get(i), 0, 0, 0, 0)));
    }
    router.update(new Snapshot(1, beats, REGION, views, List.of(), List.of()));
  }

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    now = Instant.EPOCH.plusNanos(nanos);
    PlacementRequest request =
        new PlacementRequest(
            MODEL,
            Operation.CHAT,
            prompt.chain(),
            prompt.inputTokens(),
            MOST_OUTPUT_TOKENS,
            Constraints.NONE);
    return switch (router.route(request, Exclusions.NONE)) {
      case Route.Leased leased -> {
        NodeId node = leased.placed().node().id();
        leases.put(prompt, leased.lease());
        places.put(prompt, node);
        Integer position = positions.get(node);
        if (position == null) {
          throw new IllegalStateException("placed on " + node + ", which is not in the fleet");
        }
        yield position;
      }
      case Route.Refused refused -> {
        if (refused.reason() != Route.Reason.FULL) {
          throw new IllegalStateException("sound nodes were refused: " + refused.detail());
        }
        yield NOBODY;
      }
    };
  }

  @Override
  public void started(Prompt prompt, long nanos) {
    now = Instant.EPOCH.plusNanos(nanos);
    Lease lease = leases.get(prompt);
    if (lease != null) {
      lease.started();
    }
  }

  /** A simulated engine sends a chunk for each token. */
  @Override
  public void progressed(Prompt prompt, int tokens) {
    Lease lease = leases.get(prompt);
    if (lease != null) {
      lease.progressed(tokens);
    }
  }

  @Override
  public void finished(Prompt prompt, long nanos) {
    now = Instant.EPOCH.plusNanos(nanos);
    Lease lease = leases.remove(prompt);
    if (lease != null) {
      var _ = lease.release();
    }
    NodeId node = places.remove(prompt);
    if (node != null) {
      router.succeeded(node);
    }
  }

  @Override
  public void beat(List<Long> workTokens, long nanos) {
    now = Instant.EPOCH.plusNanos(nanos);
    announce(workTokens);
  }
}
