package dev.hanse.node.identity;

import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.challenge.NodeClaims;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where and as what a node joins.
 *
 * @param controlPlanes of its own region, tried in turn; at least one
 * @param advertised where peers reach its gRPC port; {@link Endpoint#NONE} for a node without one
 * @param joinToken a secret of its provider; empty for a node that can only renew
 */
public record Joining(
    List<Endpoint> controlPlanes,
    RegionId region,
    NodeId id,
    Set<Role> roles,
    Endpoint advertised,
    String joinToken,
    Trust trust) {
  public Joining {
    controlPlanes = List.copyOf(controlPlanes);
    roles = Set.copyOf(roles);
    if (controlPlanes.isEmpty()) {
      throw new IllegalArgumentException("a node needs a control plane to join");
    }
    if (roles.isEmpty() || roles.contains(Role.CONTROL)) {
      throw new IllegalArgumentException("a node joins as edge, provider or both, not " + roles);
    }
  }

  NodeClaims claims() {
    return new NodeClaims(
        id.provider(),
        id.name(),
        region.value(),
        advertised.host(),
        advertised.port(),
        roles.stream().map(PeerIdentity::unitOf).collect(Collectors.toSet()));
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "joining " + region + " as " + id + " " + roles + " by " + controlPlanes;
  }
}
