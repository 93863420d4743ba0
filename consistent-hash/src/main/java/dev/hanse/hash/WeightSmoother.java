package dev.hanse.hash;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a flapping price from moving keys: a price must change by more than a threshold to count,
 * counts in steps, and raises the weight by a bounded factor an epoch. A weight falls at once: were
 * its fall slowed as well, whoever asks little in one epoch and much in the next would be placed
 * nearly as if it always asked little, and be paid as if it did not (the market simulation in
 * chaos-tests has the figures). Remembers each member's last price and weight, so one place (the
 * control plane) smooths for all edges. Confined to one thread.
 */
public final class WeightSmoother {
  /** A price change of up to this much, as a difference of logarithms, is ignored: 5 %. */
  private static final double HYSTERESIS = 0.05;

  /** Prices count in steps of this much, as a difference of logarithms: 3 %. */
  private static final double STEP = 0.03;

  /** A weight rises by at most this factor an epoch. */
  private static final double SLEW = 1.25;

  private final Weights weights;
  private final Map<String, Applied> applied = new HashMap<>();

  /** A smoother that knows no member yet. */
  public WeightSmoother(Weights weights) {
    this.weights = weights;
  }

  /**
   * A member's weight for the epoch that begins; call once a member and epoch. A member seen for
   * the first time gets its full weight at once.
   *
   * @throws RefusedMembership as {@link Weights#weight}; the member's last weight is kept
   */
  public double next(String id, double capacity, double reference, double effectiveCost) {
    double asked = weights.weight(capacity, reference, effectiveCost);
    Applied last = applied.get(id);
    if (last == null) {
      applied.put(id, new Applied(StrictMath.log(effectiveCost), asked));
      return asked;
    }
    double logCost = counted(last.logCost(), StrictMath.log(effectiveCost));
    double target = weights.weight(capacity, reference, StrictMath.exp(logCost));
    double weight = Math.min(target, last.weight() * SLEW);
    applied.put(id, new Applied(logCost, weight));
    return weight;
  }

  private static double counted(double last, double now) {
    double change = now - last;
    return Math.abs(change) <= HYSTERESIS ? last : last + STEP * Math.rint(change / STEP);
  }

  /** Forgets every member not named. */
  public void retain(Set<String> ids) {
    applied.keySet().retainAll(ids);
  }

  /** What is in force for a member: its price's logarithm, and its weight. */
  private record Applied(double logCost, double weight) {}
}
