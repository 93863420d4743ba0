package dev.hanse.chaos.market;

import java.util.ArrayList;
import java.util.List;

/**
 * One of ten equal sellers promises what it does not keep; the others ask 1 and keep it. The
 * control plane's record of sellers is rebuilt here from its published constants: counts fade by a
 * fifth an epoch, a failed attempt costs four answers, an epoch with one request in twenty turned
 * away cuts the believed capacity by three tenths, one without gives back a twentieth.
 */
final class Deceit {
  private static final ShareRule RULE = ShareRule.Ours.of(4);
  private static final int SELLERS = 10;
  private static final int EPOCHS = 200;
  private static final double REQUESTS = 1000;
  private static final double FADE = 0.8;
  private static final double CREDIT = 20;
  private static final double COST_OF_FAILURE = 4;
  private static final double CUT = 0.7;
  private static final double REGAIN = 0.05;
  private static final double REJECTED_SHARE = 0.05;

  /** Of all true capacity. */
  private static final double DEMAND = 0.6;

  /** What a second to the first token counts, where a million tokens cost 1: a tenth. */
  private static final double LATENCY_COST = 0.1;

  /** To the first token of an idle node. */
  private static final double IDLE_SECONDS = 0.5;

  private static final double MOST_SECONDS = 60;

  private Deceit() {}

  /**
   * A seller that claims more than it has: its profit over an honest one's, less 1.
   *
   * @param claimed how many times its capacity
   * @param defended whether what buyers saw counts
   */
  static double gainByOverclaiming(double claimed, boolean defended) {
    double trust = 1;
    double seconds = IDLE_SECONDS;
    double served = 0;
    double honest = 0;
    double turnedAway = 0;
    double answeredHonestly = profitPerUnit() * DEMAND;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      double believed = defended ? claimed * trust : claimed;
      double cost = 1 + (defended ? LATENCY_COST * (seconds - IDLE_SECONDS) : 0);
      double load = DEMAND * SELLERS * ownShare(believed, cost);
      served += Math.min(load, 1) * profitPerUnit();
      honest += answeredHonestly;
      turnedAway = load > 1 ? (load - 1) / load : 0;
      trust = turnedAway >= REJECTED_SHARE ? trust * CUT : Math.min(1, trust + REGAIN);
      double use = Math.min(load, 0.999);
      double now = Math.min(MOST_SECONDS, IDLE_SECONDS / (1 - use));
      // An honest node at the same mean load is no slower than this; only the excess counts.
      double usual = IDLE_SECONDS / (1 - DEMAND);
      seconds = FADE * seconds + (1 - FADE) * Math.max(IDLE_SECONDS, now - usual + IDLE_SECONDS);
    }
    return served / honest - 1;
  }

  /**
   * A seller that bids low on hardware that fails: its profit over that of the same seller who asks
   * what everybody asks and does not fail, less 1. A failed attempt earns nothing and costs it
   * nothing.
   *
   * @param price what it asks
   * @param failing share of its requests that fail
   * @param unitCost what an answer costs it
   * @param defended whether failures count into its cost
   */
  static double gainByFailing(double price, double failing, double unitCost, boolean defended) {
    double answered = 0;
    double failed = 0;
    double profit = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      double rate = failed / (answered + failed + CREDIT);
      double factor = defended ? Math.min(100, 1 + COST_OF_FAILURE * rate / (1 - rate)) : 1;
      double share = ownShare(1, price * factor);
      profit += share * (1 - failing) * (price - unitCost);
      answered = answered * FADE + REQUESTS * share * (1 - failing);
      failed = failed * FADE + REQUESTS * share * failing;
    }
    return profit / EPOCHS / ((1.0 / SELLERS) * (1 - 0.75)) - 1;
  }

  private static double profitPerUnit() {
    return 1 - 0.75;
  }

  private static double ownShare(double capacity, double cost) {
    List<Bid> bids = new ArrayList<>(List.of(new Bid(capacity, cost)));
    for (int i = 1; i < SELLERS; i++) {
      bids.add(new Bid(1, 1));
    }
    return RULE.shares(bids).getFirst();
  }
}
