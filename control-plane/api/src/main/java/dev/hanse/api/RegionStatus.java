package dev.hanse.api;

import java.time.Instant;
import java.util.List;

/**
 * A region as its own control plane describes it.
 *
 * @param residency where data placed here may be said to be, for example {@code eu}
 * @param heardAt when its control plane was last heard from, by the receiver's clock
 * @param control the advertised gRPC address of its control plane
 */
public record RegionStatus(
    RegionId region,
    String residency,
    RegionHealth health,
    Instant heardAt,
    List<String> edgeUrls,
    Endpoint control) {
  public RegionStatus {
    edgeUrls = List.copyOf(edgeUrls);
  }
}
