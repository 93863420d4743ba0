package dev.hanse.cli.demo;

import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.control.access.Credential;
import dev.hanse.node.EngineConfig;
import dev.hanse.node.NodeConfig;
import dev.hanse.node.edge.EdgeConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The configuration of each node of the demo. */
record DemoConfigs(DemoPlan plan, DemoAddresses addresses, Map<String, Credential> joinTokens) {
  /** Who runs the edges. */
  static final String OPERATOR = "hanse";

  /** Never looked at: the demo hands its root over itself. */
  private static final String NO_FINGERPRINT = "0".repeat(64);

  static NodeId edgeOf(RegionId region) {
    return new NodeId(OPERATOR, "edge-" + region);
  }

  NodeConfig of(NodeId id, int edgePort) {
    for (int region = 0; region < plan.regions().size(); region++) {
      DemoPlan.Region each = plan.regions().get(region);
      if (edgeOf(each.id()).equals(id)) {
        return edge(each, region, edgePort);
      }
      for (int seller = 0; seller < each.sellers().size(); seller++) {
        if (each.sellers().get(seller).id().equals(id)) {
          return provider(each, region, seller);
        }
      }
    }
    throw new IllegalArgumentException("the demo has no node " + id);
  }

  private NodeConfig edge(DemoPlan.Region region, int index, int port) {
    NodeConfig defaults = defaults(region, index, edgeOf(region.id()), "[edge]");
    return with(
        defaults,
        EdgeConfig.at("127.0.0.1", port),
        List.of(),
        defaults.capacity(),
        otherRegions(region.id()),
        new NodeConfig.TelemetryConfig(true, plan.otlp(), 1));
  }

  private NodeConfig provider(DemoPlan.Region region, int index, int seller) {
    DemoPlan.Seller selling = region.sellers().get(seller);
    NodeConfig defaults = defaults(region, index, selling.id(), "[edge]");
    NodeConfig.CapacityConfig capacity =
        new NodeConfig.CapacityConfig(
            selling.workTokens(),
            Math.round(selling.gpu().prefillTokensPerSecond()),
            0,
            256,
            256,
            Duration.ofSeconds(10));
    return new NodeConfig(
        region.id(),
        selling.id().provider(),
        selling.id().name(),
        List.of(NodeConfig.Part.PROVIDER),
        addresses.provider(index, seller),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        defaults.control(),
        defaults.edge(),
        List.of(plan.engineOf(selling)),
        capacity,
        defaults.bids(),
        defaults.dataPolicy(),
        defaults.attempts(),
        new NodeConfig.TelemetryConfig(false, plan.otlp(), 1));
  }

  private NodeConfig with(
      NodeConfig base,
      EdgeConfig edge,
      List<EngineConfig> engines,
      NodeConfig.CapacityConfig capacity,
      List<RegionId> spillOrder,
      NodeConfig.TelemetryConfig telemetry) {
    return new NodeConfig(
        base.region(),
        base.provider(),
        base.name(),
        base.roles(),
        base.listen(),
        base.advertise(),
        base.publicUrl(),
        base.dataDir(),
        spillOrder,
        base.control(),
        edge,
        engines,
        capacity,
        base.bids(),
        base.dataPolicy(),
        base.attempts(),
        telemetry);
  }

  /** Everything a node has unless it is said otherwise, through the same reader as a file. */
  private NodeConfig defaults(DemoPlan.Region region, int index, NodeId id, String roles) {
    Endpoint control = addresses.control(index);
    return StrictYaml.read(
        "",
        NodeConfig.class,
        Map.of(),
        Map.of(
            "region", region.id().value(),
            "provider", id.provider(),
            "name", id.name(),
            "roles", roles,
            "control.addresses", "[\"" + control + "\"]",
            "control.root-fingerprint", NO_FINGERPRINT,
            "control.join-token", joinTokenOf(id.provider())));
  }

  private String joinTokenOf(String provider) {
    return Objects.requireNonNull(joinTokens.get(provider), provider).text();
  }

  private List<RegionId> otherRegions(RegionId region) {
    List<RegionId> others = new ArrayList<>();
    plan.regions().forEach(other -> others.add(other.id()));
    others.remove(region);
    return others;
  }
}
