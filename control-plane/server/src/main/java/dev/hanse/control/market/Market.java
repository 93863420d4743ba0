package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.Capacity;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionId;
import dev.hanse.api.SignedBid;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One region's market: takes its nodes' signed bids, and once an epoch makes quotes of them, which
 * hold until the next. Between two turns nothing a seller says or does changes what it is sold at.
 *
 * <p>A node's first bid applies at once, there being no price it could go back on; every later one
 * from the next epoch. A refused bid changes nothing: the last good one stays in force. Belongs to
 * one thread at a time; only ever reads the time it is handed.
 */
public final class Market {
  /**
   * Bids one node may make in an epoch: each of 256 models four times. Signatures are checked on
   * the event loop, at a fraction of a millisecond each.
   */
  private static final int MAX_BIDS_AN_EPOCH = 1_024;

  private final MarketTerms terms;
  private final Epochs epochs;
  private final BidRules rules;
  private final BidBook book;
  private final TrackRecord track = new TrackRecord();
  private final Map<ModelId, ModelMarket> models = new HashMap<>();
  private final Map<NodeId, Map<ModelId, Quote>> quotes = new HashMap<>();
  private final Map<NodeId, Integer> submitted = new HashMap<>();
  private long epoch;

  public Market(RegionId region, MarketTerms terms, Instant start) {
    this.terms = terms;
    this.epochs = Epochs.of(region, terms.epoch());
    this.rules = new BidRules(terms);
    this.book = new BidBook(terms);
    this.epoch = epochs.numberAt(start);
  }

  /**
   * A node bids.
   *
   * @param presenter the node of the certificate it came with
   * @param key that certificate's
   */
  public Verdict submit(SignedBid signed, NodeId presenter, PublicKey key, Instant now) {
    Bid bid = signed.bid();
    if (!bid.node().equals(presenter)) {
      return new Verdict.Refused(
          BidRefusal.FOREIGN_NODE,
          "this certificate is of " + presenter + ", it bids for " + bid.node(),
          0);
    }
    if (submitted.merge(presenter, 1, Integer::sum) > MAX_BIDS_AN_EPOCH) {
      return refused(
          bid, BidRefusal.TOO_MANY, "more than " + MAX_BIDS_AN_EPOCH + " in this epoch", now);
    }
    if (!signed.isSignedBy(key)) {
      return refused(bid, BidRefusal.BAD_SIGNATURE, "the certificate's key did not sign it", now);
    }
    long last = lastSequence(bid);
    if (bid.sequence() < last) {
      return refused(
          bid,
          BidRefusal.STALE_SEQUENCE,
          "sequence " + bid.sequence() + " is below " + last + ", which was accepted",
          now);
    }
    Optional<Bid> newest = book.find(bid.node(), bid.model()).flatMap(BidBook.Entry::newest);
    if (bid.sequence() == last && newest.filter(bid::equals).isPresent()) {
      // Said again, as after every reconnect: it stands as it stood.
      boolean pending = book.find(bid.node(), bid.model()).flatMap(BidBook.Entry::next).isPresent();
      return new Verdict.Accepted(pending ? epoch + 1 : epoch, last);
    }
    if (bid.sequence() == last) {
      return refused(
          bid, BidRefusal.SEQUENCE_REUSED, "sequence " + last + " was another bid's", now);
    }
    boolean first = book.isFirst(bid) && !bid.validFrom().isAfter(now);
    long from = first ? epoch : epoch + 1;
    Optional<BidRules.Objection> objection =
        rules.objection(bid, now, first ? now : epochs.startOf(from));
    if (objection.isPresent()) {
      return refused(bid, objection.get().reason(), objection.get().message(), now);
    }
    if (!book.hasRoomFor(bid)) {
      return refused(bid, BidRefusal.BOOK_FULL, "the book has no room for it", now);
    }
    book.accept(bid, now);
    return new Verdict.Accepted(from, bid.sequence());
  }

  /** A message came that would have been a bid of this node. */
  public Verdict.Refused malformed(
      NodeId presenter, Optional<ModelId> model, String message, Instant now) {
    var refused = new Verdict.Refused(BidRefusal.MALFORMED, message, 0);
    model.ifPresent(of -> book.refused(presenter, of, refused, now));
    return refused;
  }

  private long lastSequence(Bid bid) {
    return book.find(bid.node(), bid.model()).map(BidBook.Entry::lastSequence).orElse(0L);
  }

  private Verdict refused(Bid bid, BidRefusal reason, String message, Instant now) {
    var refused = new Verdict.Refused(reason, message, lastSequence(bid));
    book.refused(bid.node(), bid.model(), refused, now);
    return refused;
  }

  /**
   * An edge tells what it saw of sellers. What it saw of its own provider's nodes does not count,
   * nor does what it says of nodes that never bid here.
   */
  public void observe(NodeId edge, List<Outcomes> seen) {
    for (Outcomes outcomes : seen) {
      if (!outcomes.node().provider().equals(edge.provider())
          && book.find(outcomes.node(), outcomes.model()).isPresent()) {
        track.saw(outcomes);
      }
    }
  }

  /** Whether an epoch is over. */
  public boolean isDue(Instant now) {
    return epochs.numberAt(now) > epoch;
  }

  /**
   * Begins the epoch that {@code now} lies in, if it has not begun. An epoch already begun, or one
   * before it, changes nothing.
   *
   * @param members the region's own, as they describe themselves
   * @return whether there are new quotes
   */
  public boolean turn(Collection<MemberView> members, Instant now) {
    long due = epochs.numberAt(now);
    if (due <= epoch) {
      return false;
    }
    epoch = due;
    Set<NodeId> present = new HashSet<>();
    members.forEach(view -> present.add(view.member().id()));
    book.turn(epochs.startOf(epoch), present, now);
    Set<NodeId> remembered = book.nodes();
    track.turn(remembered);
    Map<NodeId, Map<ModelId, Quote>> before = Map.copyOf(quotes);
    quotes.clear();
    submitted.clear();
    Map<ModelId, List<Ask>> asks = new TreeMap<>();
    for (MemberView view : members) {
      for (ModelOffer offer : view.member().offers()) {
        ask(view, offer.model())
            .ifPresent(ask -> asks.computeIfAbsent(offer.model(), _ -> new ArrayList<>()).add(ask));
      }
    }
    models.keySet().removeIf(model -> !asks.containsKey(model) && isForgotten(model, remembered));
    asks.forEach((model, sellers) -> {
      model(model).turn(sellers, remembered);
      sellers.forEach(ask -> quote(ask, before));
    });
    return true;
  }

  private boolean isForgotten(ModelId model, Set<NodeId> remembered) {
    return remembered.stream().noneMatch(node -> book.find(node, model).isPresent());
  }

  /**
   * Quotes what a member sells that has no quote in this epoch: it has just come, or bid for the
   * first time.
   *
   * @return whether there are new quotes
   */
  public boolean enter(MemberView view) {
    boolean quoted = false;
    for (ModelOffer offer : view.member().offers()) {
      if (quoteOf(view.member().id(), offer.model()).isEmpty()) {
        Optional<Ask> ask = ask(view, offer.model());
        if (ask.isPresent()) {
          model(offer.model()).enter(ask.get());
          quote(ask.get(), Map.of());
          quoted = true;
        }
      }
    }
    return quoted;
  }

  private ModelMarket model(ModelId model) {
    return models.computeIfAbsent(model, _ -> new ModelMarket(terms.weights()));
  }

  private Optional<Ask> ask(MemberView view, ModelId model) {
    NodeId node = view.member().id();
    long capacity = believed(view.member()).workTokens();
    return capacity <= 0
        ? Optional.empty()
        : book.find(node, model)
            .flatMap(BidBook.Entry::inForce)
            .map(bid ->
                new Ask(
                    node,
                    bid,
                    cost(bid),
                    capacity,
                    Math.min(capacity, view.load().inFlightWorkTokens())));
  }

  private EffectiveCost cost(Bid bid) {
    return new EffectiveCost(
        track.mix(bid.model()).blended(bid.price()),
        track.failureFactor(bid.node(), bid.model()),
        track.ttftSeconds(bid.node(), bid.model()) * terms.latencyMicrosPerSecond(),
        terms.egressMicrosPerMtok());
  }

  /** One that is sold as before keeps its quote, epoch and all: edges need not be told again. */
  private void quote(Ask ask, Map<NodeId, Map<ModelId, Quote>> before) {
    ModelId model = ask.bid().model();
    ModelMarket market = model(model);
    Price price =
        switch (terms.settlement()) {
          case PAY_AS_BID -> ask.bid().price();
          case MARGINAL ->
              new MarginalPrice(terms.headroom(), terms.reserveOf(model)).of(ask, market.asks());
        };
    long weight = market.of(ask.node()).map(ModelMarket.Weighed::millionths).orElse(0L);
    Quote now = new Quote(epoch, price, weight, Math.round(ask.cost().total()));
    Quote kept =
        Optional.ofNullable(before.get(ask.node()))
            .map(sold -> sold.get(model))
            .filter(last ->
                now.equals(
                    new Quote(
                        epoch,
                        last.price(),
                        last.weightMillionths(),
                        last.effectiveCostMicrosPerMtok())))
            .orElse(now);
    quotes.computeIfAbsent(ask.node(), _ -> new HashMap<>()).put(model, kept);
  }

  /** What a model of a node is sold at in this epoch; empty: it is not for sale. */
  public Optional<Quote> quoteOf(NodeId node, ModelId model) {
    return Optional.ofNullable(quotes.get(node)).map(sold -> sold.get(model));
  }

  /** A member as the mesh is told it: with this epoch's quotes and the capacity it is believed. */
  public Member priced(Member said) {
    List<ModelOffer> offers =
        said.offers().stream()
            .map(offer ->
                offer.withQuote(
                    Optional.of(
                        quoteOf(said.id(), offer.model()).orElseGet(() -> notForSale(offer)))))
            .toList();
    return said.withOffers(offers).withCapacity(believed(said));
  }

  private static Quote notForSale(ModelOffer offer) {
    return new Quote(0, offer.price(), 0, 0);
  }

  private Capacity believed(Member member) {
    Capacity claimed = member.capacity();
    double trust = track.trust(member.id());
    return claimed.workTokens() == 0 || trust >= 1
        ? claimed
        : new Capacity(
            Math.max(1, Math.round(claimed.workTokens() * trust)),
            claimed.prefillTokensPerSecond(),
            claimed.decodeTokensPerSecond());
  }

  /** The epoch that last began. */
  public long epoch() {
    return epoch;
  }

  /** When the next epoch begins. */
  public Instant nextEpochAt() {
    return epochs.startOf(epoch + 1);
  }

  public MarketTerms terms() {
    return terms;
  }

  /** Every offer and bid of these members, in order of model and node. */
  public List<Standing> standings(Collection<MemberView> members) {
    Map<ModelId, Double> totals = new HashMap<>();
    members.forEach(view ->
        view.member()
            .offers()
            .forEach(offer ->
                quoteOf(view.member().id(), offer.model())
                    .ifPresent(quote -> totals.merge(offer.model(), quote.weight(), Double::sum))));
    return new Standings(book, track, this, totals).of(members);
  }

  Optional<ModelMarket.Weighed> weighed(NodeId node, ModelId model) {
    return Optional.ofNullable(models.get(model)).flatMap(market -> market.of(node));
  }

  EffectiveCost costOf(Bid bid) {
    return cost(bid);
  }

  double trustIn(NodeId node) {
    return track.trust(node);
  }
}
