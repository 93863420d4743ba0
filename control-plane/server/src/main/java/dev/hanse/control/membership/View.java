package dev.hanse.control.membership;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Delta;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The mesh as edges are told it: numbered versions, the last few deltas between them, and the
 * whole. A version exists once {@link #publish} was called; between two of them changes gather.
 */
final class View {
  private final RegionId region;
  private final long epoch;
  private final ClientKeys keys;
  private final MemberTable members = new MemberTable();
  private final Map<RegionId, RegionStatus> regions = new TreeMap<>();
  private final Set<RegionId> changedRegions = new TreeSet<>();
  private final Set<String> changedKeys = new HashSet<>();
  private final History<Delta> history;
  private long version = 1;
  private Optional<Snapshot> whole = Optional.empty();

  View(RegionId region, long epoch, ClientKeys keys, int deltaHistory) {
    this.region = region;
    this.epoch = epoch;
    this.keys = keys;
    this.history = new History<>(deltaHistory);
  }

  void member(NodeId id, Optional<MemberView> view) {
    members.set(id, view);
  }

  /** A new time alone is not a change: it would be one with every beat. */
  void region(RegionStatus status) {
    RegionStatus known = regions.get(status.region());
    if (known == null || !sameButHeardAt(known, status)) {
      regions.put(status.region(), status);
      changedRegions.add(status.region());
    }
  }

  private static boolean sameButHeardAt(RegionStatus one, RegionStatus other) {
    return one.health() == other.health()
        && one.residency().equals(other.residency())
        && one.edgeUrls().equals(other.edgeUrls())
        && one.control().equals(other.control());
  }

  void keyChanged(String keyId) {
    changedKeys.add(keyId);
  }

  /** Makes the next version of what changed; false if nothing did. */
  boolean publish() {
    if (!members.hasChanges() && changedRegions.isEmpty() && changedKeys.isEmpty()) {
      return false;
    }
    MemberTable.Changed changed = members.take();
    List<RegionStatus> statuses = new ArrayList<>();
    regions.forEach((id, status) -> {
      if (changedRegions.contains(id)) {
        statuses.add(status);
      }
    });
    List<ClientKey> newKeys = keys.only(changedKeys);
    history.add(
        version,
        new Delta(
            epoch,
            version,
            version + 1,
            changed.members(),
            changed.loads(),
            changed.removed(),
            statuses,
            newKeys));
    version++;
    whole = Optional.empty();
    changedRegions.clear();
    changedKeys.clear();
    return true;
  }

  /** What follows {@code heldVersion} of {@code heldEpoch}. */
  Step<Delta, Snapshot> after(long heldEpoch, long heldVersion) {
    if (heldEpoch == epoch && heldVersion == version) {
      return new Step.Current<>();
    }
    Optional<Delta> next = heldEpoch == epoch ? history.after(heldVersion) : Optional.empty();
    return next.isPresent() ? new Step.Next<>(next.get()) : new Step.Whole<>(snapshot());
  }

  /** Everything, as of the latest version; publishes what is pending first. */
  Snapshot snapshot() {
    publish();
    if (whole.isEmpty()) {
      whole =
          Optional.of(
              new Snapshot(
                  epoch,
                  version,
                  region,
                  members.sorted(),
                  List.copyOf(regions.values()),
                  keys.sorted()));
    }
    return whole.get();
  }

  MemberTable members() {
    return members;
  }

  long version() {
    return version;
  }
}
