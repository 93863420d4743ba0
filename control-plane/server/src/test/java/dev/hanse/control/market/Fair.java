package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.Capacity;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.SignedBid;
import dev.hanse.control.membership.Mesh;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** A market with a few stalls, and time that passes when told to. */
final class Fair {
  static final ModelId MODEL = new ModelId("llama-3.1-8b-instruct");
  static final NodeId EDGE = NodeId.parse("hanse.edge-1");
  static final KeyPair KEY = key();

  final MarketTerms terms;
  final Market market;
  final Map<NodeId, MemberView> stalls = new TreeMap<>();
  Instant now;
  private long sequence;

  Fair() {
    this(MarketTerms.DEFAULT);
  }

  Fair(MarketTerms terms) {
    this.terms = terms;
    this.now = Mesh.START.wall();
    this.market = new Market(Mesh.EU, terms, now);
    // Whole epochs from here on, whatever the region's offset.
    now = market.nextEpochAt();
    market.turn(stalls.values(), now);
  }

  static KeyPair key() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  static NodeId node(String name) {
    return new NodeId("acme", name);
  }

  static Price usd(double input, double output) {
    return new Price(Math.round(input * 1e6), Math.round(input * 0.25e6), Math.round(output * 1e6));
  }

  /** A price of this many USD a million tokens of the expected mix. */
  static Price flat(double usd) {
    long micros = Math.round(usd * 1e6);
    return new Price(micros, micros, micros);
  }

  void opens(NodeId node, long capacity, Price price) {
    Member plain = Mesh.member(Mesh.EU, node.name(), 1);
    Member member =
        new Member(
            node,
            plain.region(),
            plain.address(),
            plain.publicUrl(),
            plain.roles(),
            List.of(new ModelOffer(MODEL, Set.of(Operation.CHAT), 131_072, "fp8", price)),
            new Capacity(capacity, 0, 0),
            plain.engine(),
            plain.engineSimulated(),
            plain.dataPolicy(),
            plain.attestation(),
            plain.state(),
            plain.incarnation());
    stalls.put(node, new MemberView(member, Load.IDLE));
    assertAccepted(bids(node, price));
    enters(node);
  }

  MemberView stall(NodeId node) {
    return Objects.requireNonNull(stalls.get(node));
  }

  /** Tells the market that the node is there, as every Hello does. */
  boolean enters(NodeId node) {
    return market.enter(stall(node));
  }

  void claims(NodeId node, long capacity) {
    MemberView view = stall(node);
    stalls.put(
        node,
        new MemberView(view.member().withCapacity(new Capacity(capacity, 0, 0)), view.load()));
  }

  void isBusy(NodeId node, long tokens) {
    stalls.put(node, new MemberView(stall(node).member(), new Load(2, tokens, 1, 0, 0, 0)));
  }

  private static void assertAccepted(Verdict verdict) {
    if (!(verdict instanceof Verdict.Accepted)) {
      throw new AssertionError(verdict);
    }
  }

  Bid bid(NodeId node, Price price) {
    return new Bid(node, MODEL, price, price, now, now.plus(Duration.ofHours(12)), ++sequence);
  }

  Verdict bids(NodeId node, Price price) {
    return submits(bid(node, price));
  }

  Verdict submits(Bid bid) {
    return market.submit(SignedBid.by(KEY.getPrivate(), bid), bid.node(), KEY.getPublic(), now);
  }

  /** Lets an epoch pass; whether there were new quotes. */
  boolean epoch() {
    now = market.nextEpochAt();
    return market.turn(stalls.values(), now);
  }

  void epochs(int count) {
    for (int i = 0; i < count; i++) {
      epoch();
    }
  }

  Quote quote(NodeId node) {
    return market.quoteOf(node, MODEL).orElseThrow();
  }

  double weight(NodeId node) {
    return quote(node).weight();
  }

  double share(NodeId node) {
    return weight(node) / total();
  }

  double total() {
    return stalls.keySet().stream().mapToDouble(this::weight).sum();
  }

  List<Long> weights() {
    List<Long> weights = new ArrayList<>();
    stalls.keySet().forEach(node -> weights.add(quote(node).weightMillionths()));
    return weights;
  }

  Standing standing(NodeId node) {
    return market.standings(stalls.values()).stream()
        .filter(standing -> standing.node().equals(node))
        .findFirst()
        .orElseThrow();
  }

  /** An edge saw the node answer, fail and reject so often. */
  void saw(NodeId node, long answered, long failed, long rejected) {
    market.observe(
        EDGE, List.of(new Outcomes(node, MODEL, answered, failed, rejected, 0, 0, 0, 0, 0)));
  }
}
