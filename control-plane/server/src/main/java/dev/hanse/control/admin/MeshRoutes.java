package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.control.membership.DrainOutcome;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What operators ask of the mesh, and the one thing they command it. */
final class MeshRoutes {
  private final Membership membership;
  private final Supplier<Moment> clock;
  private final IntSupplier watchers;
  private final DrainNotice drainNotice;

  MeshRoutes(
      Membership membership,
      Supplier<Moment> clock,
      IntSupplier watchers,
      DrainNotice drainNotice) {
    this.membership = membership;
    this.clock = clock;
    this.watchers = watchers;
    this.drainNotice = drainNotice;
  }

  Answer status(RoutingContext request) {
    ObjectNode body =
        Answer.object()
            .put("region", membership.region().value())
            .put("epoch", membership.epoch())
            .put("version", membership.version())
            .put(
                "uptimeSeconds",
                Duration.between(membership.startedAt(), clock.get().wall()).toSeconds());
    ArrayNode regions = body.putArray("regions");
    membership.regions().forEach(region -> regions.add(MemberJson.of(region)));
    List<MemberView> members = membership.members();
    ObjectNode counts = body.putObject("members");
    for (MemberState state : MemberState.values()) {
      counts.put(
          MemberJson.word(state),
          members.stream().filter(view -> view.member().state() == state).count());
    }
    return Answer.ok(body.put("watchers", watchers.getAsInt()));
  }

  Answer nodes(RoutingContext request) {
    Page page = Page.of(request.queryParams(), "region");
    Optional<RegionId> region =
        Optional.ofNullable(request.queryParams().get("region")).map(MeshRoutes::regionId);
    List<MemberView> wanted =
        membership.members().stream()
            .filter(view -> region.isEmpty() || region.get().equals(view.member().region()))
            .sorted(Comparator.comparing(view -> view.member().id().toString()))
            .toList();
    return Answer.ok(page.of("nodes", wanted, view -> view.member().id().toString(), this::json));
  }

  private static RegionId regionId(String text) {
    try {
      return new RegionId(text);
    } catch (IllegalArgumentException invalid) {
      throw Refusal.badField("region", "must look like eu-west");
    }
  }

  private ObjectNode json(MemberView view) {
    return MemberJson.of(view, membership.leaseRemaining(view.member().id(), clock.get()));
  }

  Answer node(RoutingContext request) {
    NodeId id = nodeId(request);
    return Answer.ok(json(membership.find(id).orElseThrow(() -> unknown(id))));
  }

  Answer drain(RoutingContext request) {
    NodeId id = nodeId(request);
    boolean drain = StrictBody.of(request, "drain").flag("drain");
    return switch (membership.drain(id, drain, clock.get())) {
      case DrainOutcome.Commanded(boolean commanded) -> {
        drainNotice.drain(id, commanded);
        yield Answer.ok(Answer.object().put("nodeId", id.toString()).put("drain", commanded));
      }
      case DrainOutcome.Elsewhere(var region) ->
          throw new Refusal(
              409, "other-region", id + " reports to " + region + ": ask its control plane");
      case DrainOutcome.Unknown() -> throw unknown(id);
    };
  }

  private static Refusal unknown(NodeId id) {
    return new Refusal(404, "node-unknown", "no node " + id + " is a member");
  }

  static NodeId nodeId(RoutingContext request) {
    try {
      return NodeId.parse(PathParam.of(request, "nodeId"));
    } catch (IllegalArgumentException invalid) {
      throw Refusal.badField("nodeId", "must look like acme.gpu-1");
    }
  }
}
