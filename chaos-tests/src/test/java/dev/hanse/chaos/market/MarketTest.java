package dev.hanse.chaos.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hanse.chaos.market.PriceWar.Settlement;
import dev.hanse.seeds.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarketTest {
  private static double payAsBid(double alpha, int sellers, double reserve) {
    return MarketTable.markUp(ShareRule.Ours.of(alpha), Settlement.PAY_AS_BID, sellers, reserve);
  }

  @Test
  void markUpsAreWhatTheoryHasThemBe() {
    for (int sellers : MarketTable.SELLERS) {
      for (double alpha : List.of(2.0, 4.0, 8.0)) {
        double theory = PriceWar.theory(alpha, sellers);
        if (!Double.isInfinite(theory)) {
          assertThat(payAsBid(alpha, sellers, PriceWar.CEILING))
              .as("alpha " + alpha + ", " + sellers + " sellers")
              .isCloseTo(theory, within(0.02 * theory));
        }
      }
    }
  }

  @Test
  void markUpsFallWithElasticityAndWithCompetition() {
    for (int sellers : MarketTable.SELLERS) {
      double two = payAsBid(2, sellers, PriceWar.CEILING);
      double four = payAsBid(4, sellers, PriceWar.CEILING);
      double eight = payAsBid(8, sellers, PriceWar.CEILING);
      assertThat(eight).isLessThan(four);
      assertThat(four).isLessThan(two);
    }
    for (double alpha : List.of(2.0, 4.0, 8.0)) {
      double fewer = Double.POSITIVE_INFINITY;
      for (int sellers : MarketTable.SELLERS) {
        double markUp = payAsBid(alpha, sellers, PriceWar.CEILING);
        assertThat(markUp).isLessThan(fewer);
        fewer = markUp;
      }
    }
  }

  @Test
  void twoSellersUnderASquareLawStopAtNothingButTheReserve() {
    assertThat(payAsBid(2, 2, PriceWar.CEILING)).isGreaterThan(100);
    assertThat(payAsBid(2, 2, MarketTable.RESERVE)).isBetween(1.9, 2.05);
  }

  @Test
  void payPerOthersBidsUnhingesPricesWhereSharesGoByOnesOwn() {
    double worst = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (int sellers : MarketTable.SELLERS) {
      double markUp =
          PriceWar.markUp(
              ShareRule.Ours.of(4), Settlement.MARGINAL_PRICE, sellers, MarketTable.RESERVE, 1);
      worst = Math.max(worst, markUp);
      lowest = Math.min(lowest, markUp);
    }

    assertThat(worst).isGreaterThan(1.9);
    assertThat(lowest).isLessThan(1);
  }

  @Test
  void aFarBidPaysAsTheClampHoldsItsWeightUnlessThereIsAReserve() {
    double honest = Flapping.bestSteadyProfit(true);

    assertThat(profitAsking(15)).isLessThan(honest);
    assertThat(profitAsking(16)).isGreaterThan(honest);
    assertThat(profitAsking(1000)).isGreaterThan(50 * honest);
    assertThat(profitAsking(MarketTable.RESERVE)).isLessThan(honest);
  }

  /** One of ten sellers of cost 0.75; the others ask 1. */
  private static double profitAsking(double price) {
    List<Bid> bids = new ArrayList<>(List.of(new Bid(1, price)));
    for (int i = 1; i < 10; i++) {
      bids.add(new Bid(1, 1));
    }
    return ShareRule.Ours.of(4).shares(bids).getFirst() * (price - 0.75);
  }

  @Seeds(tries = 2)
  void splittingANodeGainsNothingInTheRealTableAndMuchWhereCapacityDoesNotCount(long seed) {
    for (int identities : List.of(2, 5, 10)) {
      assertThat(SybilSplit.gain(ShareRule.Ours.of(4), identities)).isCloseTo(0, within(1e-9));
      assertThat(Math.abs(SybilSplit.gainInKeys(ShareRule.Ours.of(4), identities, seed)))
          .isLessThan(0.02);
      assertThat(SybilSplit.gain(new ShareRule.InverseSquare(), identities)).isGreaterThan(0.8);
    }
  }

  @Test
  void flappingWithinTheHysteresisMovesNothingAndEarnsLittle() {
    for (double high : List.of(1.03, 1.049)) {
      Flapping.Effect smoothed = Flapping.between(1, high, true);

      assertThat(Flapping.between(1, high, false).movedKeys()).isGreaterThan(0.005);
      assertThat(smoothed.movedKeys()).isZero();
      assertThat(smoothed.profit()).isLessThan(1.1 * Flapping.bestSteadyProfit(true));
    }
  }

  @Test
  void flappingBeyondTheHysteresisMovesLessThanItWouldAndDoesNotPay() {
    for (double high : List.of(1.1, 1.5, 2.0, 4.0)) {
      Flapping.Effect smoothed = Flapping.between(1, high, true);

      assertThat(smoothed.movedKeys()).isLessThan(Flapping.between(1, high, false).movedKeys());
      assertThat(smoothed.profit()).isLessThan(Flapping.bestSteadyProfit(true));
    }
  }

  @Test
  void underbiddingAndFailingPaysOnlyWhereFailuresDoNotCount() {
    for (double failing : List.of(0.2, 0.5)) {
      assertThat(Deceit.gainByFailing(0.7, failing, 0.5, false)).isPositive();
      assertThat(Deceit.gainByFailing(0.7, failing, 0.5, true)).isLessThan(-0.5);
    }
    assertThat(Deceit.gainByFailing(1, 0, 0.75, true)).isCloseTo(0, within(1e-9));
  }

  @Test
  void claimingTooMuchCapacityGainsLessOnceBuyersHaveSeenIt() {
    assertThat(Deceit.gainByOverclaiming(1, true)).isCloseTo(0, within(1e-9));
    for (double claimed : List.of(1.5, 2.0, 3.0)) {
      assertThat(Deceit.gainByOverclaiming(claimed, true))
          .isLessThan(0.6 * Deceit.gainByOverclaiming(claimed, false));
    }
  }

  /** Also writes {@code target/market.md}, to be copied into the README where it has changed. */
  @Test
  void theReadmeHoldsTheTables() throws Exception {
    String tables = MarketTable.text();
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target", "market.md"), tables);

    assertThat(Files.readString(Path.of("README.md"))).contains(tables.split("\n\n"));
  }
}
