package dev.hanse.node.routing;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A request's own limits on where it may run. None is ever relaxed.
 *
 * @param maxInputMicrosPerMtok highest price of input, in micro-USD per million tokens
 * @param maxOutputMicrosPerMtok highest price of output
 * @param regions the regions it may run in; empty means any
 * @param residency the residency it must run in, for example {@code eu}
 * @param attestation the least its node must have proved
 * @param nodes the nodes it may run on; empty means any
 */
public record Constraints(
    OptionalLong maxInputMicrosPerMtok,
    OptionalLong maxOutputMicrosPerMtok,
    Set<RegionId> regions,
    Optional<String> residency,
    Optional<AttestationLevel> attestation,
    Set<NodeId> nodes) {
  public static final Constraints NONE =
      new Constraints(
          OptionalLong.empty(),
          OptionalLong.empty(),
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Set.of());

  public Constraints {
    regions = Set.copyOf(regions);
    nodes = Set.copyOf(nodes);
  }
}
