package dev.hanse.node.edge;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.ModelId;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.node.routing.AttestationDemand;
import dev.hanse.node.routing.PlacementRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a node must have proved, whatever a request says: requests may only ask for more. */
@Doc(
    "The least a node must have proved to get a request: any, simulated, tpm or tee. Requests may"
        + " ask for more (x-hanse-attestation), never for less.")
public record AttestationTerms(
    @Doc("For every request.") @Default("any") String every,
    @Doc("For a tenant's requests, by the tenant of its key.") Map<String, String> tenants,
    @Doc("For requests to a model.") Map<ModelId, String> models,
    Technologies technologies) {
  public AttestationTerms {
    tenants = Map.copyOf(tenants);
    models = Map.copyOf(models);
    Stream.concat(
            Stream.of(every), Stream.concat(tenants.values().stream(), models.values().stream()))
        .forEach(AttestationTerms::level);
  }

  /** By which kinds of evidence. */
  @Doc(
      "Which kinds of evidence count, such as sev-snp or intel-tdx: only nodes whose environment"
          + " proved itself by one of them get the request. Empty: every kind. Where several lists"
          + " apply, what they have in common counts.")
  public record Technologies(
      @Doc("For every request.") List<String> every,
      @Doc("For a tenant's requests, by the tenant of its key.") Map<String, List<String>> tenants,
      @Doc("For requests to a model.") Map<ModelId, List<String>> models) {
    /** Every kind, for everybody. */
    static final Technologies ANY = new Technologies(List.of(), Map.of(), Map.of());

    public Technologies {
      every = List.copyOf(every);
      tenants = Map.copyOf(tenants);
      models = Map.copyOf(models);
      demand(every);
      tenants.values().forEach(Technologies::demand);
      models.values().forEach(Technologies::demand);
    }

    private static AttestationDemand demand(List<String> names) {
      return names.isEmpty() ? AttestationDemand.NONE : AttestationDemand.by(Set.copyOf(names));
    }

    private AttestationDemand of(String tenant, ModelId model) {
      return demand(every)
          .and(demand(tenants.getOrDefault(tenant, List.of())))
          .and(demand(models.getOrDefault(model, List.of())));
    }
  }

  private static AttestationDemand level(String word) {
    if (word.equals("any")) {
      return AttestationDemand.NONE;
    }
    try {
      return AttestationDemand.atLeast(AttestationLevel.valueOf(word.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "attestation must be any, simulated, tpm or tee, was " + word, unknown);
    }
  }

  /** All that applies to a tenant and a model. */
  AttestationDemand of(String tenant, ModelId model) {
    return level(every)
        .and(level(tenants.getOrDefault(tenant, "any")))
        .and(level(models.getOrDefault(model, "any")))
        .and(technologies.of(tenant, model));
  }

  /** The request, wanting all of this besides. */
  PlacementRequest applied(String tenant, PlacementRequest asked) {
    AttestationDemand demand = of(tenant, asked.model());
    return demand.equals(AttestationDemand.NONE)
        ? asked
        : new PlacementRequest(
            asked.model(),
            asked.operation(),
            asked.chain(),
            asked.promptTokens(),
            asked.maxOutputTokens(),
            asked.constraints().and(demand));
  }
}
