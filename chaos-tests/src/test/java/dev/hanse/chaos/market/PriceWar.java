package dev.hanse.chaos.market;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Sellers of equal capacity who climb: each in turn tries prices a little and a fifth above and
 * below its own and keeps the one that earns most while the others stand still, until nobody moves.
 *
 * <p>Theory for pay-as-bid with shares in proportion to {@code price^-alpha}: a seller's elasticity
 * among n alike is {@code e = alpha (1 - 1/n)}, and all ask {@code cost * e / (e - 1)}; for e of 1
 * or less nothing holds prices.
 */
final class PriceWar {
  /** Stands for "no reserve": what a price is stopped at all the same. */
  static final double CEILING = 1000;

  private static final int ROUNDS = 400;
  private static final List<Double> STEPS = List.of(0.0, 0.001, 0.01, 0.05, 0.2);
  private static final double COST_SPREAD = 0.05;

  /** Of all capacity. */
  private static final double DEMAND = 0.5;

  private static final double HEADROOM = 0.5;

  /** How sellers are paid. */
  enum Settlement {
    PAY_AS_BID,
    /**
     * As much as the dearest seller the buyer would need without them, cheapest first until their
     * capacity covers the others' load and half as much again; never less than they ask.
     */
    MARGINAL_PRICE
  }

  private final ShareRule rule;
  private final Settlement settlement;
  private final double reserve;
  private final List<Double> costs = new ArrayList<>();
  private final List<Double> prices = new ArrayList<>();

  private PriceWar(ShareRule rule, Settlement settlement, double reserve) {
    this.rule = rule;
    this.settlement = settlement;
    this.reserve = reserve;
  }

  /**
   * What buyers pay at the end over what it costs to make, weighted by work.
   *
   * @param reserve the most that may be asked, where the mean cost is 1
   */
  static double markUp(
      ShareRule rule, Settlement settlement, int sellers, double reserve, long seed) {
    PriceWar war = new PriceWar(rule, settlement, reserve);
    Random random = new Random(seed);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < sellers; i++) {
      double cost = StrictMath.exp(random.nextDouble(-COST_SPREAD, COST_SPREAD));
      war.costs.add(cost);
      war.prices.add(Math.min(reserve, cost * random.nextDouble(1.1, 2)));
      order.add(i);
    }
    boolean moved = true;
    for (int round = 0; round < ROUNDS && moved; round++) {
      moved = false;
      Collections.shuffle(order, random);
      for (int seller : order) {
        moved |= war.climb(seller);
      }
    }
    return war.paidOverCost();
  }

  static double theory(double alpha, int sellers) {
    double elasticity = alpha * (1 - 1.0 / sellers);
    return elasticity <= 1 ? Double.POSITIVE_INFINITY : elasticity / (elasticity - 1);
  }

  private boolean climb(int seller) {
    double from = prices.get(seller);
    double best = from;
    double most = profit(seller);
    for (double step : STEPS) {
      for (double factor : List.of(1 + step, 1 / (1 + step))) {
        double tried = Math.clamp(from * factor, costs.get(seller) / 2, reserve);
        prices.set(seller, tried);
        double profit = profit(seller);
        if (profit > most * (1 + Math.signum(most) * 1e-9)) {
          most = profit;
          best = tried;
        }
      }
    }
    prices.set(seller, best);
    return best != from;
  }

  private List<Double> shares() {
    return rule.shares(prices.stream().map(price -> new Bid(1, price)).toList());
  }

  private double profit(int seller) {
    double share = shares().get(seller);
    return share * (paid(seller, share) - costs.get(seller));
  }

  private double paid(int seller, double share) {
    double own = prices.get(seller);
    return switch (settlement) {
      case PAY_AS_BID -> own;
      case MARGINAL_PRICE -> Math.min(reserve, Math.max(own, neededWithout(seller, share)));
    };
  }

  private double neededWithout(int seller, double share) {
    List<Double> others = new ArrayList<>(prices);
    others.remove(seller);
    others.sort(Comparator.naturalOrder());
    double need = (1 + HEADROOM) * DEMAND * prices.size() * (1 - share);
    int count = (int) Math.ceil(need);
    return count > others.size() ? reserve : others.get(Math.max(0, count - 1));
  }

  private double paidOverCost() {
    List<Double> shares = shares();
    double paid = 0;
    double cost = 0;
    for (int i = 0; i < costs.size(); i++) {
      paid += shares.get(i) * paid(i, shares.get(i));
      cost += shares.get(i) * costs.get(i);
    }
    return paid / cost;
  }
}
