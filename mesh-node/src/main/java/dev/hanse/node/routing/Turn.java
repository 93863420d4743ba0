package dev.hanse.node.routing;

import dev.hanse.api.Price;
import dev.hanse.hash.PlacementView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A node's turn to be asked where the request itself says in which order.
 *
 * @param index in the pool's ring
 * @param blocksHeld blocks of the prompt it probably holds
 * @param wanted its place in the request's {@code order}; as many as that names for all others
 * @param measure what {@code sort} compares, smaller first; 0 where nothing is to be sorted by
 * @param far the place of its region among those tried, 0 for the home region
 * @param preference the key's own preference of it, 0 for the first choice
 */
record Turn(
    Pool pool,
    int index,
    Candidate candidate,
    int blocksHeld,
    int wanted,
    double measure,
    int far,
    int preference) {
  /** Equals are asked near ones first, then by the key's preference, so that prefixes stay put. */
  private static final Comparator<Turn> AS_ASKED =
      Comparator.comparingInt(Turn::wanted)
          .thenComparingDouble(Turn::measure)
          .thenComparingInt(Turn::far)
          .thenComparingInt(turn -> -turn.blocksHeld())
          .thenComparingInt(Turn::preference)
          .thenComparing(turn -> turn.candidate().member().id());

  static List<Turn> inOrder(Placing placing, PlacementRequest request, List<Pool> pools) {
    List<Turn> turns = new ArrayList<>();
    for (int far = 0; far < pools.size(); far++) {
      Pool pool = pools.get(far);
      int[] preferences = preferences(pool.ring(), request.chain().key());
      for (int index = 0; index < preferences.length; index++) {
        Candidate candidate = pool.at(index);
        if (candidate != null && placing.isEligible(pool, index)) {
          int held = placing.blocksHeldBy(candidate.member());
          turns.add(
              new Turn(
                  pool,
                  index,
                  candidate,
                  held,
                  placeIn(request.constraints().providers().order(), candidate),
                  measure(placing, request, candidate, held),
                  far,
                  preferences[index]));
        }
      }
    }
    turns.sort(AS_ASKED);
    return turns;
  }

  private static int[] preferences(PlacementView ring, long key) {
    int[] preferences = new int[ring.members().size()];
    Arrays.fill(preferences, Integer.MAX_VALUE);
    for (int rank = ring.ranks() - 1; rank >= 0; rank--) {
      preferences[ring.preference(key, rank)] = rank;
    }
    return preferences;
  }

  private static int placeIn(List<Party> order, Candidate candidate) {
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i).names(candidate.member().id())) {
        return i;
      }
    }
    return order.size();
  }

  private static double measure(
      Placing placing, PlacementRequest request, Candidate candidate, int blocksHeld) {
    return request
        .constraints()
        .providers()
        .sort()
        .map(sort ->
            switch (sort) {
              case PRICE -> cost(placing, request, candidate.price(), blocksHeld);
              case LATENCY -> firstTokenMillis(placing, request, candidate, blocksHeld);
              case THROUGHPUT -> -(double) candidate.member().capacity().decodeTokensPerSecond();
            })
        .orElse(0.0);
  }

  /** What the request is expected to cost there, in millionths of a micro-USD. */
  static double cost(Placing placing, PlacementRequest request, Price price, int blocksHeld) {
    double cached = placing.cachedTokens(blocksHeld);
    return (request.promptTokens() - cached) * price.inputMicrosPerMtok()
        + cached * price.cachedInputMicrosPerMtok()
        + (double) placing.decodeTokens() * price.outputMicrosPerMtok();
  }

  /**
   * As its last beats measured it; what its prefill rate promises where it has served nothing yet;
   * last of all where neither is known.
   */
  private static double firstTokenMillis(
      Placing placing, PlacementRequest request, Candidate candidate, int blocksHeld) {
    if (candidate.load().ttftMillis() > 0) {
      return candidate.load().ttftMillis();
    }
    long rate = candidate.member().capacity().prefillTokensPerSecond();
    double uncached = request.promptTokens() - placing.cachedTokens(blocksHeld);
    return rate > 0 ? 1000 * uncached / rate : Double.MAX_VALUE;
  }
}
