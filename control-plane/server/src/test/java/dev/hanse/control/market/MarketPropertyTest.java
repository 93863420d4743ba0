package dev.hanse.control.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.hash.Member;
import dev.hanse.hash.SlotTable;
import dev.hanse.seeds.Seeds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

class MarketPropertyTest {
  /** Invariant 11: a bid that oscillates within the hysteresis changes no table. */
  @Seeds(tries = 40)
  void anOscillationWithinTheHysteresisLeavesTheTableAsItWas(long seed) {
    var random = new SplittableRandom(seed);
    var fair = new Fair();
    int nodes = 2 + random.nextInt(6);
    Map<NodeId, Double> base = new HashMap<>();
    for (int index = 0; index < nodes; index++) {
      double usd = 0.5 + random.nextDouble();
      base.put(Fair.node("gpu-" + index), usd);
      fair.opens(Fair.node("gpu-" + index), 100 + random.nextInt(10_000), Fair.flat(usd));
    }
    fair.epoch();
    long before = digest(fair);

    for (int epoch = 0; epoch < 10; epoch++) {
      base.forEach((node, usd) -> {
        if (random.nextBoolean()) {
          fair.bids(node, Fair.flat(usd * StrictMath.exp(0.049 * (2 * random.nextDouble() - 1))));
        }
      });
      fair.epoch();
      assertThat(digest(fair)).as("epoch " + epoch).isEqualTo(before);
    }
  }

  private static long digest(Fair fair) {
    List<Member> members =
        fair.stalls.keySet().stream()
            .map(node -> new Member(node.toString(), "eu", fair.weight(node), 1_000_000))
            .toList();
    return SlotTable.of(members, 7, 10).digest();
  }

  /**
   * Invariant 12: whatever sellers bid and whenever, what a request is sold at is the bid that was
   * in force when the epoch began, the same all through it.
   */
  @Seeds(tries = 30)
  void theQuoteIsTheBidThatStoodWhenTheEpochBegan(long seed) {
    var random = new SplittableRandom(seed);
    var fair = new Fair();
    Map<NodeId, Price> pending = new HashMap<>();
    Map<NodeId, Price> expected = new HashMap<>();
    for (int index = 0; index < 4; index++) {
      var node = Fair.node("gpu-" + index);
      var price = Fair.flat(0.1 + random.nextDouble());
      fair.opens(node, 1_000, price);
      expected.put(node, price);
    }
    for (int act = 0; act < 300; act++) {
      var node = Fair.node("gpu-" + random.nextInt(4));
      switch (random.nextInt(5)) {
        case 0 -> {
          var price = Fair.flat(0.1 + random.nextDouble());
          fair.bids(node, price);
          pending.put(node, price);
        }
        case 1 -> fair.bids(node, Fair.flat(0));
        case 2 -> fair.enters(node);
        case 3 -> {
          long before = fair.market.epoch();
          fair.now = fair.now.plusMillis(random.nextInt(20_000));
          fair.market.turn(fair.stalls.values(), fair.now);
          if (fair.market.epoch() > before) {
            expected.putAll(pending);
            pending.clear();
          }
        }
        default -> fair.saw(node, random.nextInt(100), random.nextInt(100), random.nextInt(30));
      }
      expected.forEach((seller, price) -> {
        Quote quote = fair.quote(seller);
        assertThat(quote.price()).isEqualTo(price);
        assertThat(quote.epoch()).isLessThanOrEqualTo(fair.market.epoch());
        assertThat(quote.weightMillionths()).isBetween(1L, Quote.MAX_WEIGHT_MILLIONTHS);
      });
    }
  }

  @Seeds(tries = 40)
  void extremesOfEverythingASellerMaySayGiveWeightsATableTakes(long seed) {
    var random = new SplittableRandom(seed);
    var fair = new Fair();
    for (int index = 0; index < 6; index++) {
      long capacity = random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(10);
      long micros = random.nextBoolean() ? 1 : MarketTerms.CEILING_MICROS;
      fair.opens(Fair.node("gpu-" + index), capacity, new Price(micros, random.nextInt(2), micros));
    }
    for (int epoch = 0; epoch < 5; epoch++) {
      fair.stalls.keySet().forEach(node -> fair.saw(node, random.nextInt(3), 1_000_000, 1_000_000));
      fair.epoch();
      fair.stalls
          .keySet()
          .forEach(node ->
              assertThat(fair.quote(node).weightMillionths())
                  .isBetween(1L, Quote.MAX_WEIGHT_MILLIONTHS));
    }
  }
}
