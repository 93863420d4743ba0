package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The mesh as placement reads it: one snapshot, arranged by model. Immutable. */
public final class ClusterView {
  /** Before the first snapshot: no member, no model. */
  public static final ClusterView EMPTY =
      new ClusterView(0, 0, Map.of(), Map.of(), Collections.emptySortedMap());

  private final long epoch;
  private final long version;
  private final Map<RegionId, RegionStatus> regions;
  private final Map<NodeId, MemberView> members;
  private final SortedMap<ModelId, List<Candidate>> candidates;

  private ClusterView(
      long epoch,
      long version,
      Map<RegionId, RegionStatus> regions,
      Map<NodeId, MemberView> members,
      SortedMap<ModelId, List<Candidate>> candidates) {
    this.epoch = epoch;
    this.version = version;
    this.regions = regions;
    this.members = members;
    this.candidates = candidates;
  }

  /** Arranges a snapshot. */
  public static ClusterView of(Snapshot snapshot) {
    Map<RegionId, RegionStatus> regions = new HashMap<>();
    snapshot.regions().forEach(region -> regions.put(region.region(), region));
    Map<NodeId, MemberView> members = new HashMap<>();
    snapshot.members().forEach(member -> members.put(member.member().id(), member));
    SortedMap<ModelId, List<Candidate>> candidates = new TreeMap<>();
    members.values().stream()
        .sorted(Comparator.comparing((MemberView view) -> view.member().id()))
        .forEach(view -> addCandidates(view, regions, candidates));
    candidates.replaceAll((_, list) -> List.copyOf(list));
    return new ClusterView(
        snapshot.epoch(), snapshot.version(), Map.copyOf(regions), Map.copyOf(members), candidates);
  }

  private static void addCandidates(
      MemberView view,
      Map<RegionId, RegionStatus> regions,
      SortedMap<ModelId, List<Candidate>> candidates) {
    Member member = view.member();
    RegionStatus region = regions.get(member.region());
    String residency = region == null ? "" : region.residency();
    for (ModelOffer offer : member.offers()) {
      List<Candidate> offering = candidates.computeIfAbsent(offer.model(), _ -> new ArrayList<>());
      offering.add(new Candidate(offering.size(), member, offer, view.load(), residency));
    }
  }

  public long epoch() {
    return epoch;
  }

  public long version() {
    return version;
  }

  /** Every model some member offers, whatever that member's state, by name. */
  public List<ModelId> models() {
    return List.copyOf(candidates.keySet());
  }

  public Optional<MemberView> member(NodeId id) {
    return Optional.ofNullable(members.get(id));
  }

  /** Every member, in no order. */
  public List<MemberView> members() {
    return List.copyOf(members.values());
  }

  public Optional<RegionStatus> region(RegionId id) {
    return Optional.ofNullable(regions.get(id));
  }

  /** The members that offer the model, by id; empty for a model nobody offers. */
  List<Candidate> candidates(ModelId model) {
    return candidates.getOrDefault(model, List.of());
  }
}
