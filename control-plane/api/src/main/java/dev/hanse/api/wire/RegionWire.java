package dev.hanse.api.wire;

import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import java.util.Collection;
import java.util.List;

/** Regions as their control planes describe them. */
public final class RegionWire {
  private RegionWire() {}

  public static dev.hanse.api.control.v1.RegionStatus toProto(RegionStatus status) {
    return dev.hanse.api.control.v1.RegionStatus.newBuilder()
        .setRegion(status.region().value())
        .setResidency(status.residency())
        .setHealth(toProto(status.health()))
        .setHeardAtEpochMillis(Field.epochMillis("heard_at_epoch_millis", status.heardAt()))
        .addAllEdgeUrls(status.edgeUrls())
        .setControlHost(status.control().host())
        .setControlPort(status.control().port())
        .build();
  }

  public static RegionStatus fromProto(dev.hanse.api.control.v1.RegionStatus status) {
    return new RegionStatus(
        Field.of("region", () -> new RegionId(status.getRegion())),
        Field.text("residency", status.getResidency(), Limits.NAME_CHARS),
        healthFromNumber("health", status.getHealthValue()),
        Field.instant("heard_at_epoch_millis", status.getHeardAtEpochMillis()),
        Field.list(
            "edge_urls",
            status.getEdgeUrlsList(),
            Limits.EDGE_URLS,
            url -> Field.name("url", url, Limits.URL_CHARS)),
        Field.endpoint("control_", status.getControlHost(), status.getControlPort()));
  }

  /** The field {@code regions} of several messages: no region twice. */
  public static List<RegionStatus> regionsFromProto(
      List<dev.hanse.api.control.v1.RegionStatus> regions) {
    return Field.distinct(
        "regions", regions, Limits.REGIONS, RegionWire::fromProto, RegionStatus::region);
  }

  public static List<dev.hanse.api.control.v1.RegionStatus> regionsToProto(
      Collection<RegionStatus> regions) {
    return regions.stream().map(RegionWire::toProto).toList();
  }

  public static dev.hanse.api.control.v1.RegionHealth toProto(RegionHealth health) {
    return switch (health) {
      case READY -> dev.hanse.api.control.v1.RegionHealth.REGION_HEALTH_READY;
      case SILENT -> dev.hanse.api.control.v1.RegionHealth.REGION_HEALTH_SILENT;
    };
  }

  /** Reads the number of a {@code RegionHealth} field, known or not. */
  public static RegionHealth healthFromNumber(String field, int number) {
    return switch (dev.hanse.api.control.v1.RegionHealth.forNumber(number)) {
      case REGION_HEALTH_READY -> RegionHealth.READY;
      case REGION_HEALTH_SILENT -> RegionHealth.SILENT;
      case null, default -> throw Field.unknown(field, number);
    };
  }
}
