package dev.hanse.chaos.market;

import dev.hanse.hash.Member;
import dev.hanse.hash.SlotTable;
import dev.hanse.hash.WeightSmoother;
import dev.hanse.hash.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** One of ten equal sellers changes its price in every epoch; the others ask 1. */
final class Flapping {
  private static final int SELLERS = 10;
  private static final int EPOCHS = 40;
  private static final int KEYS = 10_000;
  private static final int SLOT_BITS = 12;
  private static final double COST = 0.75;

  /**
   * What flapping did.
   *
   * @param movedKeys share of all keys that changed their first choice in an epoch, on average
   * @param profit of the flapper in an epoch, on average, all work being 1
   */
  record Effect(double movedKeys, double profit) {}

  private Flapping() {}

  /** Between two prices, epoch by epoch, with the library's smoothing or without. */
  static Effect between(double low, double high, boolean smoothed) {
    List<Double> prices = new ArrayList<>();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      prices.add(epoch % 2 == 0 ? low : high);
    }
    return run(prices, smoothed);
  }

  /** What the best price that never changes earns. */
  static double bestSteadyProfit(boolean smoothed) {
    double best = 0;
    for (double price = 0.8; price < 2.5; price += 0.01) {
      best = Math.max(best, profitOf(weightsOf(constant(price), smoothed), constant(price)));
    }
    return best;
  }

  private static List<Double> constant(double price) {
    List<Double> prices = new ArrayList<>();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      prices.add(price);
    }
    return prices;
  }

  private static Effect run(List<Double> prices, boolean smoothed) {
    List<Double> weights = weightsOf(prices, smoothed);
    Map<Double, List<Integer>> known = new HashMap<>();
    List<Integer> before = List.of();
    double moved = 0;
    for (double weight : weights) {
      List<Integer> now = known.computeIfAbsent(weight, Flapping::choices);
      for (int i = 0; i < before.size(); i++) {
        moved += before.get(i).equals(now.get(i)) ? 0 : 1;
      }
      before = now;
    }
    return new Effect(moved / KEYS / (EPOCHS - 1), profitOf(weights, prices));
  }

  private static List<Double> weightsOf(List<Double> prices, boolean smoothed) {
    WeightSmoother smoother = new WeightSmoother(Weights.DEFAULT);
    List<Double> weights = new ArrayList<>();
    for (double price : prices) {
      weights.add(
          smoothed ? smoother.next("flapper", 1, 1, price) : Weights.DEFAULT.weight(1, 1, price));
    }
    return weights;
  }

  /** A lease locks the price of its epoch, so that is what the epoch's work is paid at. */
  private static double profitOf(List<Double> weights, List<Double> prices) {
    double profit = 0;
    for (int i = 0; i < weights.size(); i++) {
      double share = weights.get(i) / (weights.get(i) + SELLERS - 1);
      profit += share * (prices.get(i) - COST);
    }
    return profit / weights.size();
  }

  private static List<Integer> choices(double weight) {
    List<Member> members = new ArrayList<>(List.of(new Member("flapper", "z", weight, 1)));
    for (int i = 1; i < SELLERS; i++) {
      members.add(new Member("honest-" + i, "z", 1, 1));
    }
    SlotTable table = SlotTable.of(members, 1, SLOT_BITS);
    SplittableRandom keys = new SplittableRandom(1);
    List<Integer> choices = new ArrayList<>(KEYS);
    for (int i = 0; i < KEYS; i++) {
      choices.add(table.first(keys.nextLong()));
    }
    return choices;
  }
}
