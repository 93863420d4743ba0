package dev.hanse.api;

import java.util.List;

/**
 * Everything an edge needs to serve: members of all regions, the regions, and the client keys.
 *
 * @param epoch identifies the control plane process that numbered the versions; versions of
 *     different epochs do not compare
 * @param region the region whose control plane published it
 */
public record Snapshot(
    long epoch,
    long version,
    RegionId region,
    List<MemberView> members,
    List<RegionStatus> regions,
    List<ClientKey> keys) {
  public Snapshot {
    members = List.copyOf(members);
    regions = List.copyOf(regions);
    keys = List.copyOf(keys);
  }
}
