package dev.hanse.control.federation;

import dev.hanse.api.RegionId;
import dev.hanse.api.wire.KeyWire;
import dev.hanse.api.wire.MemberWire;
import dev.hanse.api.wire.RegionWire;
import dev.hanse.control.membership.RegionUpdate;

/** What one region tells another, as record and as message. */
final class RegionUpdateWire {
  private RegionUpdateWire() {}

  static dev.hanse.api.control.v1.RegionUpdate toProto(RegionUpdate update) {
    return dev.hanse.api.control.v1.RegionUpdate.newBuilder()
        .setRegion(update.region().value())
        .setEpoch(update.epoch())
        .setSequence(update.sequence())
        .setFull(update.full())
        .addAllMembers(MemberWire.viewsToProto(update.members()))
        .addAllLoads(MemberWire.loadsToProto(update.loads()))
        .addAllRemovedNodeIds(MemberWire.removedToProto(update.removed()))
        .addAllKeys(KeyWire.keysToProto(update.keys()))
        .setStatus(RegionWire.toProto(update.status()))
        .setResync(update.resync())
        .build();
  }

  /** Throws an {@code IllegalArgumentException} that names the field which breaks the contract. */
  static RegionUpdate fromProto(dev.hanse.api.control.v1.RegionUpdate update) {
    if (!update.hasStatus()) {
      throw new IllegalArgumentException("status: is missing");
    }
    if (update.getEpoch() <= 0 || update.getSequence() <= 0) {
      throw new IllegalArgumentException("epoch and sequence: must be above 0");
    }
    return new RegionUpdate(
        new RegionId(update.getRegion()),
        update.getEpoch(),
        update.getSequence(),
        update.getFull(),
        MemberWire.viewsFromProto(update.getMembersList()),
        MemberWire.loadsFromProto(update.getLoadsList()),
        MemberWire.removedFromProto(update.getRemovedNodeIdsList()),
        KeyWire.keysFromProto(update.getKeysList()),
        RegionWire.fromProto(update.getStatus()),
        update.getResync());
  }
}
