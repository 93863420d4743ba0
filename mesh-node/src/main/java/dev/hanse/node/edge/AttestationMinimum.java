package dev.hanse.node.edge;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.ModelId;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.PlacementRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The least a node must have proved, whatever a request says: requests may only ask for more. */
@Doc(
    "The least a node must have proved to get a request: any, simulated, tpm or tee. Requests may"
        + " ask for more (x-hanse-attestation), never for less.")
public record AttestationMinimum(
    @Doc("For every request.") @Default("any") String every,
    @Doc("For a tenant's requests, by the tenant of its key.") Map<String, String> tenants,
    @Doc("For requests to a model.") Map<ModelId, String> models) {
  public AttestationMinimum {
    tenants = Map.copyOf(tenants);
    models = Map.copyOf(models);
    Stream.concat(
            Stream.of(every), Stream.concat(tenants.values().stream(), models.values().stream()))
        .forEach(AttestationMinimum::level);
  }

  private static Optional<AttestationLevel> level(String word) {
    if (word.equals("any")) {
      return Optional.empty();
    }
    try {
      return Optional.of(AttestationLevel.valueOf(word.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "attestation must be any, simulated, tpm or tee, was " + word);
    }
  }

  /** The strongest of what applies to a tenant and a model; empty: anything will do. */
  Optional<AttestationLevel> of(String tenant, ModelId model) {
    return Stream.of(
            level(every),
            level(tenants.getOrDefault(tenant, "any")),
            level(models.getOrDefault(model, "any")))
        .flatMap(Optional::stream)
        .max(AttestationLevel::compareTo);
  }

  /** The request, wanting at least this. */
  PlacementRequest applied(String tenant, PlacementRequest asked) {
    Constraints constraints = asked.constraints();
    Optional<AttestationLevel> least =
        Stream.concat(of(tenant, asked.model()).stream(), constraints.attestation().stream())
            .max(AttestationLevel::compareTo);
    return least.equals(constraints.attestation())
        ? asked
        : new PlacementRequest(
            asked.model(),
            asked.operation(),
            asked.chain(),
            asked.promptTokens(),
            asked.maxOutputTokens(),
            constraints.attestedAtLeast(least));
  }
}
