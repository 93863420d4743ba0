package dev.hanse.node.routing;

import dev.hanse.api.RegionId;
import dev.hanse.hash.BoundedLoadPlacement;
import dev.hanse.hash.Member;
import dev.hanse.hash.PlacementView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of one region that one model can be placed on, and their ring. Immutable. */
final class Pool {
  private final RegionId region;
  private final BoundedLoadPlacement placement;
  private final PlacementView ring;
  private final Map<String, Candidate> byId = new HashMap<>();
  private final @Nullable Candidate[] byIndex;

  Pool(
      RegionId region,
      BoundedLoadPlacement placement,
      PlacementView ring,
      List<Candidate> candidates) {
    this.region = region;
    this.placement = placement;
    this.ring = ring;
    candidates.forEach(candidate -> byId.put(candidate.member().id().toString(), candidate));
    this.byIndex = new Candidate[ring.members().size()];
    for (int i = 0; i < byIndex.length; i++) {
      byIndex[i] = byId.get(ring.member(i).id());
    }
  }

  RegionId region() {
    return region;
  }

  BoundedLoadPlacement placement() {
    return placement;
  }

  PlacementView ring() {
    return ring;
  }

  /** The candidate at the ring's index; null for one that has left. */
  @Nullable Candidate at(int index) {
    return byIndex[index];
  }

  /** The candidate of a ring's member; null for one that has left. */
  @Nullable Candidate of(Member member) {
    return byId.get(member.id());
  }

  /** The candidate of a lease that this pool's placement gave. */
  @Nullable Candidate of(long lease) {
    return byId.get(placement.memberOf(lease).id());
  }
}
