package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.Bid;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionId;
import dev.hanse.control.market.EffectiveCost;
import dev.hanse.control.market.Market;
import dev.hanse.control.market.Standing;
import dev.hanse.control.membership.Membership;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What everybody asks, what it is sold at, and why. Of its own region's nodes the market knows the
 * whole story; of others' what their control planes published.
 */
final class BidRoutes {
  private final Membership membership;
  private final Market market;

  /** One line; {@code standing} is empty for a node of another region. */
  private record Row(
      NodeId node,
      RegionId region,
      ModelId model,
      Optional<Quote> quote,
      double share,
      Optional<Standing> standing) {
    String id() {
      return model + " " + node;
    }
  }

  private record Pool(RegionId region, ModelId model) {}

  BidRoutes(Membership membership, Market market) {
    this.membership = membership;
    this.market = market;
  }

  Answer bids(RoutingContext request) {
    Page page = Page.of(request.queryParams(), "model", "region");
    Optional<String> model = Optional.ofNullable(request.queryParams().get("model"));
    Optional<String> region = Optional.ofNullable(request.queryParams().get("region"));
    List<Row> rows =
        rows().stream()
            .filter(row -> model.isEmpty() || row.model().value().equals(model.get()))
            .filter(row -> region.isEmpty() || row.region().value().equals(region.get()))
            .sorted(Comparator.comparing(Row::id))
            .toList();
    ObjectNode body = page.of("bids", rows, Row::id, BidRoutes::json);
    body.put("region", membership.region().value())
        .put("epoch", market.epoch())
        .put("nextEpochAt", market.nextEpochAt().toString());
    return Answer.ok(body);
  }

  private List<Row> rows() {
    RegionId own = membership.region();
    List<Row> rows = new ArrayList<>();
    for (Standing standing : market.standings(membership.reported())) {
      rows.add(
          new Row(
              standing.node(),
              own,
              standing.model(),
              Optional.of(standing.quote()),
              standing.share(),
              Optional.of(standing)));
    }
    List<MemberView> others =
        membership.members().stream().filter(view -> !view.member().region().equals(own)).toList();
    Map<Pool, Double> totals = new HashMap<>();
    others.forEach(view ->
        view.member()
            .offers()
            .forEach(offer ->
                totals.merge(
                    new Pool(view.member().region(), offer.model()),
                    offer.quote().map(Quote::weight).orElse(0.0),
                    Double::sum)));
    for (MemberView view : others) {
      view.member()
          .offers()
          .forEach(offer -> {
            double total =
                totals.getOrDefault(new Pool(view.member().region(), offer.model()), 0.0);
            double weight = offer.quote().map(Quote::weight).orElse(0.0);
            rows.add(
                new Row(
                    view.member().id(),
                    view.member().region(),
                    offer.model(),
                    offer.quote(),
                    total == 0 ? 0 : weight / total,
                    Optional.empty()));
          });
    }
    return rows;
  }

  private static ObjectNode json(Row row) {
    ObjectNode json =
        Answer.object()
            .put("nodeId", row.node().toString())
            .put("region", row.region().value())
            .put("model", row.model().value())
            .put("forSale", row.quote().filter(Quote::isForSale).isPresent())
            .put("share", row.share());
    row.quote().ifPresent(quote -> json.set("quote", json(quote)));
    ArrayNode why = json.putArray("why");
    if (row.standing().isPresent()) {
      Standing standing = row.standing().get();
      standing.bid().ifPresent(bid -> json.set("bid", json(bid)));
      standing.next().ifPresent(bid -> json.set("nextBid", json(bid)));
      json.set("cost", json(standing.cost()));
      json.put("failureRate", standing.failureRate())
          .put("ttftSeconds", standing.ttftSeconds())
          .put("trust", standing.trust());
      standing.why().forEach(why::add);
    } else {
      why.add("as " + row.region() + " says");
    }
    return json;
  }

  private static ObjectNode json(Quote quote) {
    ObjectNode json =
        Answer.object()
            .put("sinceEpoch", quote.epoch())
            .put("weight", quote.weight())
            .put("effectiveCostMicrosPerMtok", quote.effectiveCostMicrosPerMtok());
    json.set("price", MemberJson.price(quote.price()));
    return json;
  }

  private static ObjectNode json(Bid bid) {
    ObjectNode json =
        Answer.object()
            .put("sequence", bid.sequence())
            .put("validFrom", bid.validFrom().toString())
            .put("validUntil", bid.validUntil().toString());
    json.set("price", MemberJson.price(bid.price()));
    json.set("floor", MemberJson.price(bid.floor()));
    return json;
  }

  private static ObjectNode json(EffectiveCost cost) {
    return Answer.object()
        .put("blendedMicrosPerMtok", cost.blended())
        .put("failureFactor", cost.failureFactor())
        .put("latencyMicrosPerMtok", cost.latency())
        .put("egressMicrosPerMtok", cost.egress());
  }
}
