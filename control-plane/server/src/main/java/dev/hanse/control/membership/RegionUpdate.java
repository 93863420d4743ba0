package dev.hanse.control.membership;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Load;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one region's control plane tells those of the others.
 *
 * @param epoch of the sending process; rises when it restarts
 * @param sequence rises by one with each update of an epoch
 * @param full whether {@code members} are all of the region's and {@code keys} all the sender knows
 * @param keys those made or revoked in the sending region; a full update has every known one
 * @param resync asks the receiver to send everything again
 */
public record RegionUpdate(
    RegionId region,
    long epoch,
    long sequence,
    boolean full,
    List<MemberView> members,
    Map<NodeId, Load> loads,
    Set<NodeId> removed,
    List<ClientKey> keys,
    RegionStatus status,
    boolean resync) {
  public RegionUpdate {
    members = List.copyOf(members);
    loads = Map.copyOf(loads);
    removed = Set.copyOf(removed);
    keys = List.copyOf(keys);
  }

  public RegionUpdate withResync(boolean wanted) {
    return wanted == resync
        ? this
        : new RegionUpdate(
            region, epoch, sequence, full, members, loads, removed, keys, status, wanted);
  }
}
