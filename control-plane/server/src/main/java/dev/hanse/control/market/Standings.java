package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Quote;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Says of every seller where it stands, and why. */
record Standings(BidBook book, TrackRecord track, Market market, Map<ModelId, Double> totals) {
  private static final EffectiveCost NO_COST = new EffectiveCost(0, 1, 0, 0);
  private static final double WORTH_A_WORD = 0.005;

  List<Standing> of(Collection<MemberView> members) {
    List<Standing> all = new ArrayList<>();
    for (MemberView view : members) {
      view.member().offers().forEach(offer -> all.add(of(view.member().id(), offer)));
    }
    all.sort(Comparator.comparing(Standing::model).thenComparing(Standing::node));
    return all;
  }

  private Standing of(NodeId node, ModelOffer offer) {
    ModelId model = offer.model();
    Optional<BidBook.Entry> entry = book.find(node, model);
    Optional<Bid> bid = entry.flatMap(BidBook.Entry::inForce);
    Optional<Quote> sold = market.quoteOf(node, model);
    double total = totals.getOrDefault(model, 0.0);
    return new Standing(
        node,
        model,
        bid,
        entry.flatMap(BidBook.Entry::next),
        sold.orElseGet(() -> new Quote(0, offer.price(), 0, 0)),
        bid.map(market::costOf).orElse(NO_COST),
        total == 0 ? 0 : sold.map(Quote::weight).orElse(0.0) / total,
        track.failureRate(node, model),
        track.ttftSeconds(node, model),
        market.trustIn(node),
        why(node, model, entry, sold));
  }

  private List<String> why(
      NodeId node, ModelId model, Optional<BidBook.Entry> entry, Optional<Quote> sold) {
    List<String> why = new ArrayList<>();
    Optional<Verdict.Refused> refused = entry.flatMap(BidBook.Entry::lastRefusal);
    refused.ifPresent(
        last -> why.add("last bid refused: " + last.reason().code() + ": " + last.message()));
    if (sold.isEmpty() && refused.isEmpty()) {
      why.add(entry.isEmpty() ? "no bid" : "no bid in force");
    }
    double rate = track.failureRate(node, model);
    if (rate >= WORTH_A_WORD) {
      why.add(
          String.format(
              Locale.ROOT, "failing %.0f %%: x%.2f", rate * 100, track.failureFactor(node, model)));
    }
    double trust = market.trustIn(node);
    if (trust < 1) {
      why.add(
          String.format(Locale.ROOT, "over-claimed: %.0f %% of capacity believed", trust * 100));
    }
    market
        .weighed(node, model)
        .map(ModelMarket.Weighed::note)
        .filter(note -> !note.isEmpty() && sold.isPresent())
        .ifPresent(why::add);
    entry
        .flatMap(BidBook.Entry::next)
        .ifPresent(next -> why.add("a new bid applies from the next epoch"));
    return why;
  }
}
