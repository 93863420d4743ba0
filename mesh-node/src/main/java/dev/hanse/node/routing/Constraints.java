package dev.hanse.node.routing;

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
 * @param attestation what its node must have proved
 * @param nodes the nodes it may run on; empty means any
 * @param providers what it says of providers, and in which order it wants them
 */
public record Constraints(
    OptionalLong maxInputMicrosPerMtok,
    OptionalLong maxOutputMicrosPerMtok,
    Set<RegionId> regions,
    Optional<String> residency,
    AttestationDemand attestation,
    Set<NodeId> nodes,
    ProviderLimits providers) {
  public static final Constraints NONE =
      new Constraints(
          OptionalLong.empty(),
          OptionalLong.empty(),
          Set.of(),
          Optional.empty(),
          AttestationDemand.NONE,
          Set.of());

  public Constraints {
    regions = Set.copyOf(regions);
    nodes = Set.copyOf(nodes);
  }

  /** Limits that say nothing of providers. */
  public Constraints(
      OptionalLong maxInputMicrosPerMtok,
      OptionalLong maxOutputMicrosPerMtok,
      Set<RegionId> regions,
      Optional<String> residency,
      AttestationDemand attestation,
      Set<NodeId> nodes) {
    this(
        maxInputMicrosPerMtok,
        maxOutputMicrosPerMtok,
        regions,
        residency,
        attestation,
        nodes,
        ProviderLimits.NONE);
  }

  /** The same limits, and what another party demands of nodes besides. */
  public Constraints and(AttestationDemand demand) {
    return new Constraints(
        maxInputMicrosPerMtok,
        maxOutputMicrosPerMtok,
        regions,
        residency,
        attestation.and(demand),
        nodes,
        providers);
  }

  /** The same limits with others on providers. */
  public Constraints with(ProviderLimits newProviders) {
    return new Constraints(
        maxInputMicrosPerMtok,
        maxOutputMicrosPerMtok,
        regions,
        residency,
        attestation,
        nodes,
        newProviders);
  }
}
