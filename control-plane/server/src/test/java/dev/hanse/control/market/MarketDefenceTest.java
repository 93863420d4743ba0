package dev.hanse.control.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.SignedBid;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The ways to game the market that are known, each with what it is worth to who tries. */
class MarketDefenceTest {
  private static final NodeId ONE = Fair.node("gpu-1");
  private static final NodeId TWO = Fair.node("gpu-2");
  private static final NodeId THREE = Fair.node("gpu-3");

  private static Fair two(double one, double other) {
    var fair = new Fair();
    fair.opens(ONE, 1_000, Fair.flat(one));
    fair.opens(TWO, 1_000, Fair.flat(other));
    return fair;
  }

  @Test
  void sybilSplit_oneNodeAsTenHasTheSameShare() {
    var whole = two(1, 1.2);
    var split = new Fair();
    split.opens(TWO, 1_000, Fair.flat(1.2));
    for (int part = 0; part < 10; part++) {
      split.opens(Fair.node("part-" + part), 100, Fair.flat(1));
    }
    whole.epoch();
    split.epoch();

    double parts = 0;
    for (int part = 0; part < 10; part++) {
      parts += split.share(Fair.node("part-" + part));
    }

    assertThat(parts).isCloseTo(whole.share(ONE), within(1e-9));
  }

  @Test
  void priceFlapping_insideTheHysteresisNoWeightEverMoves() {
    var fair = two(1, 1);
    fair.epoch();
    var before = fair.weights();

    for (int epoch = 0; epoch < 20; epoch++) {
      fair.bids(ONE, Fair.flat(epoch % 2 == 0 ? 1.04 : 1));
      fair.epoch();
      assertThat(fair.weights()).isEqualTo(before);
    }
  }

  @Test
  void priceFlapping_beyondItAWeightRisesByAQuarterAnEpochAtMost() {
    var fair = two(1, 1);
    fair.epoch();

    for (int epoch = 0; epoch < 12; epoch++) {
      boolean cheap = epoch % 2 == 0;
      double before = fair.weight(ONE) / fair.weight(TWO);
      fair.bids(ONE, Fair.flat(cheap ? 0.5 : 2));
      fair.epoch();
      assertThat(fair.weight(ONE) / fair.weight(TWO) / before).isLessThan(1.25 + 1e-6);
      if (cheap) {
        assertThat(fair.standing(ONE).why()).anyMatch(why -> why.startsWith("slew-limited"));
      }
    }
  }

  @Test
  void baitAndSwitch_aNewPriceWaitsForTheNextEpoch() {
    var fair = two(1, 1);
    fair.epoch();
    var bait = fair.quote(ONE);

    fair.now = fair.now.plusSeconds(1);
    fair.bids(ONE, Fair.flat(9));
    fair.enters(ONE);
    fair.now = fair.market.nextEpochAt().minusMillis(1);
    fair.market.turn(fair.stalls.values(), fair.now);

    assertThat(fair.quote(ONE)).isEqualTo(bait);
    fair.epoch();
    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(9));
    assertThat(fair.quote(ONE).epoch()).isEqualTo(fair.market.epoch());
  }

  @Test
  void baitAndSwitch_leavingAndComingBackIsNoWayRoundTheEpoch() {
    var fair = two(1, 1);
    fair.epoch();
    var left = fair.stall(ONE);
    fair.stalls.remove(ONE);
    fair.epochs(3);

    fair.bids(ONE, Fair.flat(9));
    fair.stalls.put(ONE, left);
    fair.enters(ONE);

    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(1));
    assertThat(fair.standing(ONE).why()).contains("a new bid applies from the next epoch");
    fair.epoch();
    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(9));
  }

  @Test
  void capacityOverclaim_rejectionsCutWhatIsBelievedAndItComesBackSlowly() {
    var fair = two(1, 1);
    fair.claims(ONE, 10_000);
    fair.epochs(12);
    double boast = fair.share(ONE);

    for (int epoch = 0; epoch < 12; epoch++) {
      fair.saw(ONE, 80, 0, 20);
      fair.saw(TWO, 100, 0, 0);
      fair.epoch();
    }

    assertThat(boast).isGreaterThan(0.9);
    assertThat(fair.standing(ONE).trust()).isLessThan(0.11);
    assertThat(fair.share(ONE)).isLessThan(0.55);
    assertThat(fair.market.priced(fair.stall(ONE).member()).capacity().workTokens())
        .isLessThan(1_100);
    assertThat(fair.market.priced(fair.stall(TWO).member()).capacity().workTokens())
        .isEqualTo(1_000);
    double low = fair.standing(ONE).trust();
    fair.epoch();
    assertThat(fair.standing(ONE).trust()).isCloseTo(low + 0.05, within(1e-9));
  }

  @Test
  void underbidAndFail_halvingThePriceAndFailingHalfTheTimeLosesShare() {
    var fair = two(1, 1);
    fair.epoch();
    double honest = fair.share(ONE);
    fair.bids(ONE, Fair.flat(0.5));

    for (int epoch = 0; epoch < 20; epoch++) {
      fair.saw(ONE, 500, 500, 0);
      fair.saw(TWO, 1_000, 0, 0);
      fair.epoch();
    }

    assertThat(fair.share(ONE)).isLessThan(honest / 5);
    assertThat(fair.standing(ONE).why()).anyMatch(why -> why.startsWith("failing 50 %: x"));
    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(0.5));
  }

  @Test
  void underbidAndFail_whoRecoversGetsItsShareBack() {
    var fair = two(1, 1);
    for (int epoch = 0; epoch < 10; epoch++) {
      fair.saw(ONE, 50, 50, 0);
      fair.epoch();
    }

    fair.epochs(40);

    assertThat(fair.share(ONE)).isCloseTo(0.5, within(0.06));
  }

  @Test
  void praiseAndSlander_whatAnEdgeSaysOfItsOwnProvidersNodesCountsForNothing() {
    var fair = two(1, 1);
    var own = new NodeId("acme", "edge");

    fair.market.observe(own, List.of(new Outcomes(ONE, Fair.MODEL, 0, 1_000, 0, 0, 0, 0, 0, 0)));

    assertThat(fair.standing(ONE).failureRate()).isZero();
  }

  @Test
  void collusion_nobodyIsPaidMoreThanTheReserve() {
    var fair =
        new Fair(
            MarketTerms.DEFAULT
                .withReserve(Map.of(Fair.MODEL, Fair.flat(2)))
                .withSettlement(Settlement.MARGINAL));
    fair.opens(ONE, 1_000, Fair.flat(2));
    fair.opens(TWO, 1_000, Fair.flat(2));
    fair.epoch();

    assertThat(((Verdict.Refused) fair.bids(ONE, Fair.flat(2.01))).reason())
        .isEqualTo(BidRefusal.ABOVE_RESERVE);
    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(2));
  }

  @Test
  void marginalSettlement_paysWhatTheOthersWouldHaveCostWhateverOneAsks() {
    var fair = marginal();

    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(1.2));
    fair.bids(ONE, Fair.flat(1.1));
    fair.epoch();
    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(1.2));
    assertThat(fair.quote(THREE).price()).as("not needed: as it asks").isEqualTo(Fair.flat(1.5));
  }

  @Test
  void marginalSettlement_whatASellerSaysOfItsOwnLoadMovesNothingItIsPaid() {
    var fair = marginal();
    var before = fair.quote(ONE).price();

    fair.isBusy(ONE, 1_000);
    fair.epoch();

    assertThat(fair.quote(ONE).price()).isEqualTo(before);
  }

  @Test
  void marginalSettlement_whoCannotBeReplacedGetsTheReserveAndNoMore() {
    var fair = marginal();
    fair.isBusy(TWO, 1_000);
    fair.isBusy(THREE, 1_000);

    fair.epoch();

    assertThat(fair.quote(ONE).price()).isEqualTo(Fair.flat(3));
  }

  private static Fair marginal() {
    var fair =
        new Fair(
            MarketTerms.DEFAULT
                .withReserve(Map.of(Fair.MODEL, Fair.flat(3)))
                .withSettlement(Settlement.MARGINAL));
    fair.opens(ONE, 1_000, Fair.flat(1));
    fair.opens(TWO, 1_000, Fair.flat(1.2));
    fair.opens(THREE, 1_000, Fair.flat(1.5));
    fair.isBusy(TWO, 100);
    fair.epoch();
    return fair;
  }

  @Test
  void staleHerding_aPriceHalvedDoesNotTakeEverything() {
    var fair = two(1, 1);
    fair.epoch();

    fair.bids(ONE, Fair.flat(0.5));
    fair.epoch();
    assertThat(fair.share(ONE)).isLessThan(0.56);
    fair.epochs(30);

    assertThat(fair.share(ONE)).isCloseTo(16.0 / 17, within(0.02));
  }

  @Test
  void staleHerding_regionsTurnAtDifferentTimes() {
    var at = Instant.parse("2026-11-20T10:00:00Z");
    var eu = new Market(new RegionId("eu-west"), MarketTerms.DEFAULT, at);
    var us = new Market(new RegionId("us-east"), MarketTerms.DEFAULT, at);

    assertThat(eu.nextEpochAt()).isNotEqualTo(us.nextEpochAt());
    assertThat(Duration.between(at, eu.nextEpochAt())).isLessThanOrEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void latencyAndEgressCountAsCost() {
    var fair = two(1, 1);
    fair.market.observe(
        Fair.EDGE, List.of(new Outcomes(ONE, Fair.MODEL, 10, 0, 0, 0, 0, 0, 100_000, 10)));

    fair.epoch();

    assertThat(fair.standing(ONE).cost().latency()).isCloseTo(100_000, within(1.0));
    assertThat(fair.share(ONE)).isLessThan(fair.share(TWO));
  }

  @Test
  void theExpectedMixIsWhatWasSeen() {
    var fair = two(1, 1);
    assertThat(fair.standing(ONE).cost().blended()).isEqualTo(1_000_000);
    fair.opens(THREE, 1_000, new Price(1_000_000, 0, 1_000_000));

    fair.market.observe(
        Fair.EDGE,
        List.of(new Outcomes(ONE, Fair.MODEL, 10, 0, 0, 1_000_000_000L, 1_000_000_000L, 0, 0, 0)));
    fair.epoch();

    assertThat(fair.standing(THREE).cost().blended()).isLessThan(20_000);
  }

  @Test
  void aBidThatEndsLeavesTheMarketWithTheEpochAndNotBefore() {
    var fair = new Fair();
    fair.opens(TWO, 1_000, Fair.flat(1));
    var until = fair.now.plusSeconds(100);
    fair.opens(ONE, 1_000, Fair.flat(1));
    fair.submits(
        new dev.hanse.api.Bid(ONE, Fair.MODEL, Fair.flat(1), Fair.flat(1), fair.now, until, 1_000));

    fair.epochs(3);
    assertThat(fair.market.quoteOf(ONE, Fair.MODEL)).isPresent();
    fair.now = until.plusSeconds(1);
    fair.market.turn(fair.stalls.values(), fair.now);
    assertThat(fair.market.quoteOf(ONE, Fair.MODEL)).as("within its epoch").isPresent();
    fair.epoch();

    assertThat(fair.market.quoteOf(ONE, Fair.MODEL)).isEmpty();
    assertThat(fair.standing(ONE).why()).containsExactly("no bid in force");
    assertThat(fair.quote(TWO).isForSale()).isTrue();
  }

  @Test
  void aRenewedIdentitySignsTheSameBidAgain() {
    var fair = two(1, 1);
    var renewed = Fair.key();
    var bid = fair.standing(ONE).bid().orElseThrow();

    var verdict =
        fair.market.submit(
            SignedBid.by(renewed.getPrivate(), bid), ONE, renewed.getPublic(), fair.now);

    assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
  }
}
