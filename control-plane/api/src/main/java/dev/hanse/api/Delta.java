package dev.hanse.api;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What changed between two versions of one epoch. Applies to a snapshot of {@code baseVersion} and
 * to no other.
 *
 * @param members new and changed members, whole
 * @param loads members of which only the load changed
 * @param regions the regions that changed, whole
 * @param keys new and changed client keys, whole; a key is never removed, only revoked or expired
 */
public record Delta(
    long epoch,
    long baseVersion,
    long version,
    List<MemberView> members,
    Map<NodeId, Load> loads,
    Set<NodeId> removed,
    List<RegionStatus> regions,
    List<ClientKey> keys) {
  public Delta {
    members = List.copyOf(members);
    loads = Map.copyOf(loads);
    removed = Set.copyOf(removed);
    regions = List.copyOf(regions);
    keys = List.copyOf(keys);
  }
}
