package dev.hanse.control.membership;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * What a control plane must still know after a restart to take up its region without an outage.
 *
 * @param epoch of the process that wrote it; 0 for none
 * @param members the members last published, of every region
 * @param attestations what was concluded of this region's nodes
 * @param drained the nodes an operator drains
 */
public record Remembered(
    long epoch,
    Map<NodeId, RegionId> members,
    Map<NodeId, AttestationSummary> attestations,
    Set<NodeId> drained) {
  public static final Remembered NOTHING = new Remembered(0, Map.of(), Map.of(), Set.of());

  public Remembered {
    members = Map.copyOf(members);
    attestations = Map.copyOf(attestations);
    drained = Set.copyOf(drained);
  }

  /** The number of a process started now: above that of any before it, whatever the clock did. */
  public long nextEpoch(Instant now) {
    return Math.max(now.toEpochMilli(), epoch + 1);
  }
}
