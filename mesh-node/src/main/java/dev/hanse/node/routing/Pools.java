package dev.hanse.node.routing;

import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.hash.BoundedLoadPlacement;
import dev.hanse.hash.FairShare;
import dev.hanse.hash.InFlight;
import dev.hanse.hash.Member;
import dev.hanse.hash.PlacementView;
import dev.hanse.hash.Weights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps a ring for each model and region, rebuilt only when its members, their capacity or their
 * weights change. Weights are the region's market's, by its quotes; a node that nobody has quoted
 * yet gets what the same formula makes of its announced price and the pool's median, without the
 * market's smoothing and penalties. Not thread-safe: the router updates it under its lock.
 *
 * <p>One ring a region, not one with a home zone: regions are then tried in an order we name, each
 * to its hard cap, and a member's fair share is that of its region's load. All rings share one
 * account of work in flight, so that a node's cap holds over all its models.
 */
final class Pools {
  /** The parts of input and output in a blended price: 3 to 1, as chat traffic has it. */
  private static final double INPUT_PARTS = 3;

  private static final double OUTPUT_PARTS = 1;

  private final RoutingSettings settings;
  private final InFlight inFlight;
  private final Map<Key, Ring> rings = new HashMap<>();
  private long seed;

  private record Key(ModelId model, RegionId region) {}

  private record Ring(BoundedLoadPlacement placement, List<Member> members, PlacementView view) {}

  Pools(RoutingSettings settings, InFlight inFlight) {
    this.settings = settings;
    this.inFlight = inFlight;
    this.seed = settings.clusterSeed();
  }

  /**
   * The pools of every model in the order they are tried.
   *
   * @param placementSeed the mesh's secret; another one than before sends nearly every key
   *     elsewhere. 0 where the control plane sent none: the settings' seed counts then
   */
  Map<ModelId, List<Pool>> update(ClusterView view, long placementSeed) {
    long seeded = placementSeed != 0 ? placementSeed : settings.clusterSeed();
    if (seeded != seed) {
      seed = seeded;
      rings.clear();
    }
    Map<ModelId, List<Pool>> pools = new HashMap<>();
    Set<Key> used = new HashSet<>();
    for (ModelId model : view.models()) {
      Map<RegionId, List<Candidate>> regions = new TreeMap<>(byPreference());
      view.candidates(model).stream()
          .filter(Pools::isPlaceable)
          .forEach(candidate ->
              regions
                  .computeIfAbsent(candidate.member().region(), _ -> new ArrayList<>())
                  .add(candidate));
      List<Pool> ordered = new ArrayList<>();
      regions.forEach((region, candidates) -> {
        Key key = new Key(model, region);
        used.add(key);
        Ring ring = ringOf(key, membersOf(candidates));
        ordered.add(new Pool(region, ring.placement(), ring.view(), candidates));
      });
      pools.put(model, List.copyOf(ordered));
    }
    rings.keySet().retainAll(used);
    return Map.copyOf(pools);
  }

  /** Others keep their slots when one drains: rendezvous moves only the leaver's keys. */
  private static boolean isPlaceable(Candidate candidate) {
    return candidate.member().state() == MemberState.READY
        && candidate.member().roles().contains(Role.PROVIDER)
        && candidate.member().capacity().workTokens() > 0
        && candidate.isForSale();
  }

  private Comparator<RegionId> byPreference() {
    return Comparator.comparingInt(
            (RegionId region) -> {
              if (region.equals(settings.home())) {
                return -1;
              }
              int named = settings.spillOrder().indexOf(region);
              return named < 0 ? Integer.MAX_VALUE : named;
            })
        .thenComparing(Comparator.naturalOrder());
  }

  private Ring ringOf(Key key, List<Member> members) {
    Ring known = rings.get(key);
    if (known != null && known.members().equals(members)) {
      return known;
    }
    BoundedLoadPlacement placement =
        known != null
            ? known.placement()
            : BoundedLoadPlacement.builder()
                .inFlight(inFlight)
                .seed(seed)
                .slotBits(settings.slotBits())
                .fairShare(FairShare.CAPACITY)
                .build();
    Ring rebuilt = new Ring(placement, members, placement.update(members));
    rings.put(key, rebuilt);
    return rebuilt;
  }

  private static List<Member> membersOf(List<Candidate> candidates) {
    double reference = medianPrice(candidates);
    return candidates.stream()
        .map(candidate ->
            new Member(
                candidate.member().id().toString(),
                candidate.member().region().value(),
                candidate
                    .offer()
                    .quote()
                    .map(Quote::weight)
                    .orElseGet(() ->
                        Weights.DEFAULT.weight(
                            (double) candidate.member().capacity().workTokens(),
                            reference,
                            blended(candidate.offer().price()))),
                candidate.member().capacity().workTokens()))
        .toList();
  }

  /** The lower median: one absurd bid moves nobody else's weight. */
  private static double medianPrice(List<Candidate> candidates) {
    double[] prices =
        candidates.stream()
            .mapToDouble(candidate -> blended(candidate.offer().price()))
            .sorted()
            .toArray();
    return prices[(prices.length - 1) / 2];
  }

  /** Micro-USD for a million tokens of ordinary traffic; a free node counts as nearly free. */
  private static double blended(Price price) {
    double parts =
        INPUT_PARTS * price.inputMicrosPerMtok() + OUTPUT_PARTS * price.outputMicrosPerMtok();
    return Math.max(1, parts / (INPUT_PARTS + OUTPUT_PARTS));
  }
}
