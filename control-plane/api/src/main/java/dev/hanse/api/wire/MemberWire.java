package dev.hanse.api.wire;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Members: what they are, what they are doing, and both together. */
public final class MemberWire {
  private MemberWire() {}

  public static dev.hanse.api.control.v1.Member toProto(Member member) {
    return dev.hanse.api.control.v1.Member.newBuilder()
        .setNodeId(member.id().toString())
        .setProvider(member.id().provider())
        .setRegion(member.region().value())
        .setHost(member.address().host())
        .setPort(member.address().port())
        .addAllRoles(rolesToProto(member.roles()))
        .addAllOffers(member.offers().stream().map(OfferWire::toProto).toList())
        .setCapacity(OfferWire.toProto(member.capacity()))
        .setEngine(member.engine())
        .setEngineSimulated(member.engineSimulated())
        .setDataPolicy(OfferWire.toProto(member.dataPolicy()))
        .setAttestation(
            Field.of("attestation", () -> AttestationWire.toProto(member.attestation())))
        .setState(toProto(member.state()))
        .setIncarnation(member.incarnation())
        .setPublicUrl(member.publicUrl())
        .build();
  }

  public static Member fromProto(dev.hanse.api.control.v1.Member member) {
    NodeId id = Field.of("node_id", () -> NodeId.parse(member.getNodeId()));
    if (!member.getProvider().equals(id.provider())) {
      throw new WireException("provider", "must be that of node_id, " + id.provider());
    }
    return new Member(
        id,
        Field.of("region", () -> new RegionId(member.getRegion())),
        Field.endpoint("", member.getHost(), member.getPort()),
        Field.text("public_url", member.getPublicUrl(), Limits.URL_CHARS),
        rolesFromProto("roles", member.getRolesValueList()),
        OfferWire.offersFromProto(member.getOffersList()),
        Field.required(
            "capacity", member.hasCapacity(), member.getCapacity(), OfferWire::fromProto),
        Field.text("engine", member.getEngine(), Limits.ENGINE_CHARS),
        member.getEngineSimulated(),
        Field.required(
            "data_policy", member.hasDataPolicy(), member.getDataPolicy(), OfferWire::fromProto),
        Field.required(
            "attestation",
            member.hasAttestation(),
            member.getAttestation(),
            AttestationWire::fromProto),
        stateFromNumber("state", member.getStateValue()),
        member.getIncarnation());
  }

  public static dev.hanse.api.control.v1.Load toProto(Load load) {
    return dev.hanse.api.control.v1.Load.newBuilder()
        .setSequence(load.sequence())
        .setInFlightWorkTokens(load.inFlightWorkTokens())
        .setInFlightRequests(load.inFlightRequests())
        .setQueuedRequests(load.queuedRequests())
        .setKvUsedPermille(load.kvUsedPermille())
        .setTtftMillis(load.ttftMillis())
        .build();
  }

  public static Load fromProto(dev.hanse.api.control.v1.Load load) {
    if (load.getKvUsedPermille() < 0 || load.getKvUsedPermille() > 1000) {
      throw new WireException(
          "kv_used_permille", "must be 0 to 1000, was " + load.getKvUsedPermille());
    }
    return new Load(
        Field.atLeastZero("sequence", load.getSequence()),
        Field.atLeastZero("in_flight_work_tokens", load.getInFlightWorkTokens()),
        Field.atLeastZero("in_flight_requests", load.getInFlightRequests()),
        Field.atLeastZero("queued_requests", load.getQueuedRequests()),
        load.getKvUsedPermille(),
        Field.atLeastZero("ttft_millis", load.getTtftMillis()));
  }

  public static dev.hanse.api.control.v1.MemberView toProto(MemberView view) {
    return dev.hanse.api.control.v1.MemberView.newBuilder()
        .setMember(toProto(view.member()))
        .setLoad(toProto(view.load()))
        .build();
  }

  public static MemberView fromProto(dev.hanse.api.control.v1.MemberView view) {
    return new MemberView(
        Field.required("member", view.hasMember(), view.getMember(), MemberWire::fromProto),
        Field.required("load", view.hasLoad(), view.getLoad(), MemberWire::fromProto));
  }

  /** The field {@code members} of several messages: no node twice. */
  public static List<MemberView> viewsFromProto(List<dev.hanse.api.control.v1.MemberView> views) {
    return Field.distinct(
        "members", views, Limits.MEMBERS, MemberWire::fromProto, view -> view.member().id());
  }

  public static List<dev.hanse.api.control.v1.MemberView> viewsToProto(
      Collection<MemberView> views) {
    return views.stream().map(MemberWire::toProto).toList();
  }

  /** The field {@code loads} of several messages: no node twice. */
  public static Map<NodeId, Load> loadsFromProto(List<dev.hanse.api.control.v1.MemberLoad> loads) {
    Map<NodeId, Load> byNode = new HashMap<>();
    var entries =
        Field.distinct("loads", loads, Limits.MEMBERS, MemberWire::entry, Map.Entry::getKey);
    entries.forEach(entry -> byNode.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(byNode);
  }

  private static Map.Entry<NodeId, Load> entry(dev.hanse.api.control.v1.MemberLoad load) {
    return Map.entry(
        Field.of("node_id", () -> NodeId.parse(load.getNodeId())),
        Field.required("load", load.hasLoad(), load.getLoad(), MemberWire::fromProto));
  }

  /** In order of node, so that equal maps have equal bytes. */
  public static List<dev.hanse.api.control.v1.MemberLoad> loadsToProto(Map<NodeId, Load> loads) {
    return loads.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry ->
            dev.hanse.api.control.v1.MemberLoad.newBuilder()
                .setNodeId(entry.getKey().toString())
                .setLoad(toProto(entry.getValue()))
                .build())
        .toList();
  }

  /** The field {@code removed_node_ids} of several messages. */
  public static Set<NodeId> removedFromProto(List<String> nodeIds) {
    return Set.copyOf(Field.list("removed_node_ids", nodeIds, Limits.MEMBERS, NodeId::parse));
  }

  public static List<String> removedToProto(Set<NodeId> removed) {
    return removed.stream().sorted().map(NodeId::toString).toList();
  }

  public static dev.hanse.api.control.v1.MemberState toProto(MemberState state) {
    return switch (state) {
      case READY -> dev.hanse.api.control.v1.MemberState.MEMBER_STATE_READY;
      case DRAINING -> dev.hanse.api.control.v1.MemberState.MEMBER_STATE_DRAINING;
      case UNHEALTHY -> dev.hanse.api.control.v1.MemberState.MEMBER_STATE_UNHEALTHY;
    };
  }

  /** Reads the number of a {@code MemberState} field, known or not. */
  public static MemberState stateFromNumber(String field, int number) {
    return switch (dev.hanse.api.control.v1.MemberState.forNumber(number)) {
      case MEMBER_STATE_READY -> MemberState.READY;
      case MEMBER_STATE_DRAINING -> MemberState.DRAINING;
      case MEMBER_STATE_UNHEALTHY -> MemberState.UNHEALTHY;
      case null, default -> throw Field.unknown(field, number);
    };
  }

  public static dev.hanse.api.enroll.v1.Role toProto(Role role) {
    return switch (role) {
      case EDGE -> dev.hanse.api.enroll.v1.Role.ROLE_EDGE;
      case PROVIDER -> dev.hanse.api.enroll.v1.Role.ROLE_PROVIDER;
      case CONTROL -> dev.hanse.api.enroll.v1.Role.ROLE_CONTROL;
    };
  }

  /** Reads the number of a {@code Role} field, known or not. */
  public static Role roleFromNumber(String field, int number) {
    return switch (dev.hanse.api.enroll.v1.Role.forNumber(number)) {
      case ROLE_EDGE -> Role.EDGE;
      case ROLE_PROVIDER -> Role.PROVIDER;
      case ROLE_CONTROL -> Role.CONTROL;
      case null, default -> throw Field.unknown(field, number);
    };
  }

  public static List<dev.hanse.api.enroll.v1.Role> rolesToProto(Set<Role> roles) {
    return roles.stream().sorted().map(MemberWire::toProto).toList();
  }

  /** Reads a list of {@code Role} numbers: pass {@code message.getRolesValueList()}. */
  public static Set<Role> rolesFromProto(String field, List<Integer> numbers) {
    return Set.copyOf(
        Field.list(field, numbers, Limits.ROLES, number -> roleFromNumber("role", number)));
  }
}
