package dev.hanse.control;

import dev.hanse.api.ModelId;
import dev.hanse.api.Price;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.control.market.MarketTerms;
import dev.hanse.control.market.Settlement;
import dev.hanse.hash.Weights;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of the region's market. */
@Doc("What nodes may ask, how long it holds, and how it becomes their share of the work.")
public record MarketConfig(
    @Doc("How long prices hold; at least 30s.") @Default("30s") Duration epoch,
    @Doc("A bid must be valid for at least this; no less than two epochs.") @Default("1m")
        Duration shortestValidity,
    @Doc("A bid must be valid for at most this.") @Default("24h") Duration longestValidity,
    @Doc("What sellers are paid: pay-as-bid, or marginal (what the others would have cost).")
        @Default("pay-as-bid")
        Settlement settlement,
    @Doc("For marginal: by how much capacity must exceed demand; 0.5 is half as much again.")
        @Default("0.5")
        double headroom,
    @Doc("Share falls with price to this power; 4 leaves a seller a third above cost.")
        @Default("4")
        double elasticity,
    @Doc("USD per million tokens that a second to the first token counts for.") @Default("0.01")
        double latencyUsdPerSecond,
    @Doc("USD per million tokens that leaving the region counts for.") @Default("0")
        double egressUsd,
    @Doc("The most that is paid, by model. Others: 1000 USD per million tokens.")
        List<Reserve> reserve) {
  private static final double MICROS_PER_USD = 1e6;

  static final MarketConfig DEFAULT =
      new MarketConfig(
          MarketTerms.DEFAULT.epoch(),
          MarketTerms.DEFAULT.shortestValidity(),
          MarketTerms.DEFAULT.longestValidity(),
          MarketTerms.DEFAULT.settlement(),
          MarketTerms.DEFAULT.headroom(),
          MarketTerms.DEFAULT.weights().alpha(),
          MarketTerms.DEFAULT.latencyMicrosPerSecond() / MICROS_PER_USD,
          0,
          List.of());

  public MarketConfig {
    reserve = List.copyOf(reserve);
    if (reserve.stream().map(Reserve::model).distinct().count() != reserve.size()) {
      throw new IllegalArgumentException("reserve must name each model once");
    }
    // Whatever the rules refuse stops the start, with the line it stands on.
    var _ =
        terms(
            epoch,
            shortestValidity,
            longestValidity,
            settlement,
            headroom,
            elasticity,
            latencyUsdPerSecond,
            egressUsd,
            Map.of(),
            1);
  }

  /** The most that is paid for a model. */
  @Doc("In USD for a million tokens.")
  public record Reserve(ModelId model, double input, double cachedInput, double output) {
    public Reserve {
      var _ = price(input, cachedInput, output);
    }

    private static Price price(double input, double cachedInput, double output) {
      return new Price(micros(input), micros(cachedInput), micros(output));
    }

    Price price() {
      return price(input, cachedInput, output);
    }
  }

  MarketTerms terms(int maxNodes) {
    Map<ModelId, Price> most = new HashMap<>();
    reserve.forEach(limit -> most.put(limit.model(), limit.price()));
    return terms(
        epoch,
        shortestValidity,
        longestValidity,
        settlement,
        headroom,
        elasticity,
        latencyUsdPerSecond,
        egressUsd,
        most,
        maxNodes);
  }

  private static MarketTerms terms(
      Duration epoch,
      Duration shortestValidity,
      Duration longestValidity,
      Settlement settlement,
      double headroom,
      double elasticity,
      double latencyUsdPerSecond,
      double egressUsd,
      Map<ModelId, Price> reserve,
      int maxNodes) {
    return new MarketTerms(
        epoch,
        shortestValidity,
        longestValidity,
        reserve,
        MarketTerms.DEFAULT.ceiling(),
        micros(latencyUsdPerSecond),
        micros(egressUsd),
        settlement,
        headroom,
        new Weights(elasticity, Weights.DEFAULT.clamp()),
        maxNodes);
  }

  private static long micros(double usd) {
    if (!(usd >= 0 && usd * MICROS_PER_USD <= Price.MAX_MICROS_PER_MTOK)) {
      throw new IllegalArgumentException("USD must be 0 to 1000000, was " + usd);
    }
    return Math.round(usd * MICROS_PER_USD);
  }
}
