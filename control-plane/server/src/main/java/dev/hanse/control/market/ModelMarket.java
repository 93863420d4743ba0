package dev.hanse.control.market;

import dev.hanse.api.NodeId;
import dev.hanse.api.Quote;
import dev.hanse.hash.WeightSmoother;
import dev.hanse.hash.Weights;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One model's sellers: their weights, smoothed from epoch to epoch.
 *
 * <p>The reference cost is an anchor: the capacity-weighted median of the sellers' costs when the
 * market first saw some. It only sets the scale, so it stays until the median has gone half as far
 * again; then everybody's weight is carried over to the new scale, so that moving the anchor is no
 * way round hysteresis and slew.
 */
final class ModelMarket {
  /** How far the median may go from the anchor, as a factor; prices clamp at 64^(1/4) = 2.8. */
  private static final double DRIFT = 1.5;

  /** Above it a claim says nothing more; keeps the greatest weight within a quote. */
  private static final double MOST_CAPACITY = 1e9;

  private static final double MILLIONTHS = 1e6;
  private static final double SLEW = 1.25;
  private static final double NEAR = 1e-9;

  private final Weights weights;
  private final Map<NodeId, Weighed> weighed = new HashMap<>();
  private final Map<NodeId, Ask> asks = new TreeMap<>();
  private WeightSmoother smoother;
  private double anchor;

  /**
   * A seller's place in this epoch.
   *
   * @param note what smoothing did, in words; empty for nothing
   */
  record Weighed(double weight, double capacity, double cost, String note) {
    long millionths() {
      return Math.clamp(Math.round(weight * MILLIONTHS), 1, Quote.MAX_WEIGHT_MILLIONTHS);
    }
  }

  ModelMarket(Weights weights) {
    this.weights = weights;
    this.smoother = new WeightSmoother(weights);
  }

  /** A new epoch: everybody is weighed once. */
  void turn(List<Ask> asking, Set<NodeId> remembered) {
    asks.clear();
    asking.forEach(ask -> asks.put(ask.node(), ask));
    weighed.keySet().retainAll(remembered);
    smoother.retain(remembered.stream().map(NodeId::toString).collect(Collectors.toSet()));
    anchor(asking);
    asking.forEach(this::weigh);
  }

  /** A seller that was not there when the epoch began; one that comes back has its old weight. */
  void enter(Ask ask) {
    asks.put(ask.node(), ask);
    if (anchor == 0) {
      anchor(List.of(ask));
    }
    if (!weighed.containsKey(ask.node())) {
      weigh(ask);
    }
  }

  private void anchor(List<Ask> asking) {
    if (asking.isEmpty()) {
      return;
    }
    double median = median(asking);
    if (anchor > 0 && median <= anchor * DRIFT && median >= anchor / DRIFT) {
      return;
    }
    if (anchor > 0) {
      carryOver(median);
    }
    anchor = median;
  }

  /** Weights relative to each other stay; the smoother is told them as if it had made them. */
  private void carryOver(double to) {
    double clamp = weights.clamp();
    double scale = Math.clamp(StrictMath.pow(to / anchor, weights.alpha()), 1 / clamp, clamp);
    smoother = new WeightSmoother(weights);
    weighed.replaceAll((node, was) -> {
      double kept =
          Math.clamp(
              was.weight() * scale,
              // Below what weights are clamped to: clamped there, whoever was just cut would be
              // lifted.
              was.capacity() / (clamp * clamp),
              was.capacity() * clamp);
      smoother.next(node.toString(), kept / weights.weight(1, to, was.cost()), to, was.cost());
      return new Weighed(kept, was.capacity(), was.cost(), "");
    });
  }

  /** By capacity, so that splitting a node does not move it; the lower of two. */
  private static double median(List<Ask> asks) {
    List<Ask> sorted =
        asks.stream().sorted(Comparator.comparingDouble(ask -> ask.cost().total())).toList();
    double half = sorted.stream().mapToDouble(Ask::capacityTokens).sum() / 2;
    double passed = 0;
    for (Ask ask : sorted) {
      passed += (double) ask.capacityTokens();
      if (passed >= half) {
        return ask.cost().total();
      }
    }
    return sorted.getLast().cost().total();
  }

  private void weigh(Ask ask) {
    double cost = ask.cost().total();
    double capacity = Math.min((double) ask.capacityTokens(), MOST_CAPACITY);
    double weight = smoother.next(ask.node().toString(), capacity, anchor, cost);
    Weighed before = weighed.get(ask.node());
    String note = before == null ? "" : note(before, weight, cost);
    weighed.put(ask.node(), new Weighed(weight, capacity, cost, note));
  }

  private static String note(Weighed last, double weight, double cost) {
    double step = weight / last.weight();
    if (Math.abs(step - SLEW) < NEAR) {
      return "slew-limited: rises 25 % an epoch";
    }
    boolean held = weight == last.weight() && cost != last.cost();
    return held ? "hysteresis: change under 5 % held" : "";
  }

  /** Who sells it in this epoch, in order of node. */
  List<Ask> asks() {
    return List.copyOf(asks.values());
  }

  Optional<Weighed> of(NodeId node) {
    return Optional.ofNullable(weighed.get(node));
  }
}
