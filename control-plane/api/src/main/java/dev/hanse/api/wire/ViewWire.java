package dev.hanse.api.wire;

import dev.hanse.api.Delta;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;

/** What a control plane tells its edges: whole views, and what changed in them. */
public final class ViewWire {
  private ViewWire() {}

  public static dev.hanse.api.control.v1.Snapshot toProto(Snapshot snapshot) {
    return dev.hanse.api.control.v1.Snapshot.newBuilder()
        .setEpoch(snapshot.epoch())
        .setVersion(snapshot.version())
        .setRegion(snapshot.region().value())
        .addAllMembers(MemberWire.viewsToProto(snapshot.members()))
        .addAllRegions(RegionWire.regionsToProto(snapshot.regions()))
        .addAllKeys(KeyWire.keysToProto(snapshot.keys()))
        .setPlacementSeed(snapshot.placementSeed())
        .build();
  }

  public static Snapshot fromProto(dev.hanse.api.control.v1.Snapshot snapshot) {
    return new Snapshot(
        snapshot.getEpoch(),
        Field.atLeastZero("version", snapshot.getVersion()),
        Field.of("region", () -> new RegionId(snapshot.getRegion())),
        MemberWire.viewsFromProto(snapshot.getMembersList()),
        RegionWire.regionsFromProto(snapshot.getRegionsList()),
        KeyWire.keysFromProto(snapshot.getKeysList()),
        snapshot.getPlacementSeed());
  }

  public static dev.hanse.api.control.v1.Delta toProto(Delta delta) {
    return dev.hanse.api.control.v1.Delta.newBuilder()
        .setEpoch(delta.epoch())
        .setBaseVersion(delta.baseVersion())
        .setVersion(delta.version())
        .addAllMembers(MemberWire.viewsToProto(delta.members()))
        .addAllLoads(MemberWire.loadsToProto(delta.loads()))
        .addAllRemovedNodeIds(MemberWire.removedToProto(delta.removed()))
        .addAllRegions(RegionWire.regionsToProto(delta.regions()))
        .addAllKeys(KeyWire.keysToProto(delta.keys()))
        .build();
  }

  public static Delta fromProto(dev.hanse.api.control.v1.Delta delta) {
    long baseVersion = Field.atLeastZero("base_version", delta.getBaseVersion());
    if (delta.getVersion() <= baseVersion) {
      throw new WireException(
          "version", "must be above base_version " + baseVersion + ", was " + delta.getVersion());
    }
    return new Delta(
        delta.getEpoch(),
        baseVersion,
        delta.getVersion(),
        MemberWire.viewsFromProto(delta.getMembersList()),
        MemberWire.loadsFromProto(delta.getLoadsList()),
        MemberWire.removedFromProto(delta.getRemovedNodeIdsList()),
        RegionWire.regionsFromProto(delta.getRegionsList()),
        KeyWire.keysFromProto(delta.getKeysList()));
  }
}
