package dev.hanse.api;

import java.util.List;

/**
 * Everything an edge needs to serve: members of all regions, the regions, and the client keys.
 *
 * @param epoch identifies the control plane process that numbered the versions; versions of
 *     different epochs do not compare
 * @param region the region whose control plane published it
 * @param placementSeed the mesh's secret that placement is keyed with, so that nobody can choose a
 *     key or a name to land where they like; the same in all regions, 0 for receivers that do not
 *     place. Never logged
 */
public record Snapshot(
    long epoch,
    long version,
    RegionId region,
    List<MemberView> members,
    List<RegionStatus> regions,
    List<ClientKey> keys,
    long placementSeed) {
  public Snapshot {
    members = List.copyOf(members);
    regions = List.copyOf(regions);
    keys = List.copyOf(keys);
  }

  /** A view for a receiver that does not place. */
  public Snapshot(
      long epoch,
      long version,
      RegionId region,
      List<MemberView> members,
      List<RegionStatus> regions,
      List<ClientKey> keys) {
    this(epoch, version, region, members, regions, keys, 0);
  }

  /** The same view with another seed. */
  public Snapshot withPlacementSeed(long seed) {
    return new Snapshot(epoch, version, region, members, regions, keys, seed);
  }

  /** Names the view; neither the seed nor the hashes of keys. */
  @Override
  public String toString() {
    return "view of "
        + region
        + ", epoch "
        + epoch
        + ", version "
        + version
        + ", "
        + members.size()
        + " members";
  }
}
