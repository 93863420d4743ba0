package dev.hanse.chaos.market;

import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** What the simulations show, as the tables of the module's README. */
final class MarketTable {
  static final List<Integer> SELLERS = List.of(2, 5, 10, 20);
  static final double RESERVE = 2;
  private static final int SEEDS = 5;
  private static final double BEYOND_ANY_PRICE = 100;

  private MarketTable() {}

  static String text() {
    return markUps() + "\n" + sybils() + "\n" + flapping() + "\n" + deceit();
  }

  /** Over cost, mean over seeds. */
  static double markUp(
      ShareRule rule, PriceWar.Settlement settlement, int sellers, double reserve) {
    return LongStream.rangeClosed(1, SEEDS)
        .mapToDouble(seed -> PriceWar.markUp(rule, settlement, sellers, reserve, seed))
        .average()
        .orElseThrow();
  }

  private static String markUps() {
    StringBuilder text =
        new StringBuilder(
            """
            | sellers | 1/p² | α 2 | α 4 | α 8 | α 2, reserve 2 | α 4, reserve 2 | α 4, reserve 2, marginal price |
            |---|---|---|---|---|---|---|---|
            """);
    for (int sellers : SELLERS) {
      text.append("| ")
          .append(sellers)
          .append(" | ")
          .append(free(new ShareRule.InverseSquare(), 2, sellers))
          .append(" | ")
          .append(free(ShareRule.Ours.of(2), 2, sellers))
          .append(" | ")
          .append(free(ShareRule.Ours.of(4), 4, sellers))
          .append(" | ")
          .append(free(ShareRule.Ours.of(8), 8, sellers))
          .append(" | ")
          .append(capped(2, PriceWar.Settlement.PAY_AS_BID, sellers))
          .append(" | ")
          .append(capped(4, PriceWar.Settlement.PAY_AS_BID, sellers))
          .append(" | ")
          .append(range(sellers))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String free(ShareRule rule, double alpha, int sellers) {
    double markUp = markUp(rule, PriceWar.Settlement.PAY_AS_BID, sellers, PriceWar.CEILING);
    double theory = PriceWar.theory(alpha, sellers);
    return (markUp > BEYOND_ANY_PRICE ? "no end" : number("%.2f", markUp))
        + (Double.isInfinite(theory) ? " (∞)" : number(" (%.2f)", theory));
  }

  private static String capped(double alpha, PriceWar.Settlement settlement, int sellers) {
    return number("%.2f", markUp(ShareRule.Ours.of(alpha), settlement, sellers, RESERVE));
  }

  private static String range(int sellers) {
    double[] markUps =
        LongStream.rangeClosed(1, SEEDS)
            .mapToDouble(seed ->
                PriceWar.markUp(
                    ShareRule.Ours.of(4),
                    PriceWar.Settlement.MARGINAL_PRICE,
                    sellers,
                    RESERVE,
                    seed))
            .sorted()
            .toArray();
    return number("%.1f", markUps[0]) + " to " + number("%.1f", markUps[SEEDS - 1]);
  }

  private static String sybils() {
    StringBuilder text =
        new StringBuilder(
            """
            | one of ten sellers becomes | 1/p² | ours | ours, in keys of the real table |
            |---|---|---|---|
            """);
    for (int identities : List.of(2, 5, 10)) {
      text.append("| ")
          .append(identities)
          .append(" | ")
          .append(percent(SybilSplit.gain(new ShareRule.InverseSquare(), identities)))
          .append(" | ")
          .append(percent(SybilSplit.gain(ShareRule.Ours.of(4), identities)))
          .append(" | ")
          .append(percent(SybilSplit.gainInKeys(ShareRule.Ours.of(4), identities, 1)))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String flapping() {
    StringBuilder text =
        new StringBuilder(
            """
            | price flaps by | keys moved an epoch, plain | smoothed | profit against the best steady price, plain | smoothed |
            |---|---|---|---|---|
            """);
    double steady = Flapping.bestSteadyProfit(true);
    double steadyPlain = Flapping.bestSteadyProfit(false);
    for (double high : List.of(1.03, 1.049, 1.1, 1.5, 2.0, 4.0)) {
      Flapping.Effect plain = Flapping.between(1, high, false);
      Flapping.Effect smoothed = Flapping.between(1, high, true);
      text.append(number("| %.1f %%", 100 * (high - 1)))
          .append(number(" | %.2f %%", 100 * plain.movedKeys()))
          .append(number(" | %.2f %%", 100 * smoothed.movedKeys()))
          .append(" | ")
          .append(percent(plain.profit() / steadyPlain - 1))
          .append(" | ")
          .append(percent(smoothed.profit() / steady - 1))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String deceit() {
    StringBuilder text =
        new StringBuilder(
            """
            | one of ten sellers | profit, believed | profit, by what buyers saw |
            |---|---|---|
            """);
    for (double claimed : List.of(1.5, 2.0, 3.0)) {
      text.append(number("| claims %.1f times its capacity | ", claimed))
          .append(percent(Deceit.gainByOverclaiming(claimed, false)))
          .append(" | ")
          .append(percent(Deceit.gainByOverclaiming(claimed, true)))
          .append(" |\n");
    }
    for (double failing : List.of(0.1, 0.2, 0.5)) {
      text.append(number("| asks 0.7 and fails %.0f %% of requests | ", 100 * failing))
          .append(percent(Deceit.gainByFailing(0.7, failing, 0.5, false)))
          .append(" | ")
          .append(percent(Deceit.gainByFailing(0.7, failing, 0.5, true)))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String percent(double share) {
    // Without a minus before a nought.
    double percent = Math.rint(1000 * share) / 10 + 0.0;
    return number(percent > 0 ? "+%.1f %%" : "%.1f %%", percent);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
