package dev.hanse.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Applies a delta to the snapshot it was made from. Pure: the same two give the same third on every
 * edge and in every control plane.
 */
public final class SnapshotFold {
  private SnapshotFold() {}

  /** What came of it. */
  public sealed interface Outcome {
    /**
     * The next snapshot: members in order of node, regions in order of name, keys in order of id.
     */
    record Applied(Snapshot snapshot) implements Outcome {}

    /** The delta is not for this snapshot. Only a whole snapshot can help. */
    record Refused(String reason) implements Outcome {}
  }

  /** Never throws, whatever the delta claims. */
  public static Outcome apply(Snapshot base, Delta delta) {
    if (delta.epoch() != base.epoch()) {
      return new Outcome.Refused(
          "delta is of epoch " + delta.epoch() + ", the view of epoch " + base.epoch());
    }
    if (delta.baseVersion() != base.version()) {
      return new Outcome.Refused(
          "delta starts from version "
              + delta.baseVersion()
              + ", the view is at version "
              + base.version());
    }
    if (delta.version() <= base.version()) {
      return new Outcome.Refused(
          "delta leads from version " + base.version() + " back to " + delta.version());
    }
    Map<NodeId, MemberView> members = index(base.members(), view -> view.member().id());
    delta.removed().forEach(members::remove);
    delta.members().forEach(view -> members.put(view.member().id(), view));
    for (Map.Entry<NodeId, Load> load : delta.loads().entrySet()) {
      MemberView known = members.get(load.getKey());
      if (known == null) {
        return new Outcome.Refused("delta has a load of " + load.getKey() + ", an unknown member");
      }
      members.put(load.getKey(), new MemberView(known.member(), load.getValue()));
    }
    Map<RegionId, RegionStatus> regions = index(base.regions(), RegionStatus::region);
    delta.regions().forEach(status -> regions.put(status.region(), status));
    return new Outcome.Applied(
        new Snapshot(
            base.epoch(),
            delta.version(),
            base.region(),
            List.copyOf(members.values()),
            List.copyOf(regions.values()),
            mergeKeys(base.keys(), delta.keys()),
            base.placementSeed()));
  }

  /** Of two records of one key the one with the higher revision stays, whoever says it last. */
  public static List<ClientKey> mergeKeys(List<ClientKey> known, List<ClientKey> heard) {
    if (heard.isEmpty()) {
      return known;
    }
    Map<String, ClientKey> keys = index(known, ClientKey::keyId);
    for (ClientKey key : heard) {
      keys.merge(key.keyId(), key, (old, now) -> now.revision() >= old.revision() ? now : old);
    }
    return List.copyOf(keys.values());
  }

  private static <K extends Comparable<K>, V> Map<K, V> index(
      List<V> values, Function<V, K> keyOf) {
    Map<K, V> index = new TreeMap<>();
    values.forEach(value -> index.put(keyOf.apply(value), value));
    return index;
  }
}
