package dev.hanse.control.rpc;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Role;
import dev.hanse.api.control.v1.BidVerdict;
import dev.hanse.api.control.v1.Outcomes;
import dev.hanse.api.control.v1.SignedBid;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.wire.BidWire;
import dev.hanse.control.market.BidRefusal;
import dev.hanse.control.market.Market;
import dev.hanse.control.market.Verdict;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes bids and outcomes off Report streams and to the market. One bad bid spoils neither the
 * others nor the stream: it gets its own refusal.
 */
final class BidDesk {
  private static final int MAX_BIDS = 256;
  private static final int MAX_MESSAGE_CHARS = 512;

  private final Market market;
  private final Membership membership;
  private final ControlMetrics metrics;

  BidDesk(Market market, Membership membership, ControlMetrics metrics) {
    this.market = market;
    this.membership = membership;
    this.metrics = metrics;
  }

  /**
   * Judges the bids of one message.
   *
   * @throws IllegalArgumentException if there are more than any node may have
   */
  List<BidVerdict> take(
      PeerIdentity.Node node, Optional<PublicKey> key, List<SignedBid> bids, Moment now) {
    if (bids.size() > MAX_BIDS) {
      throw new IllegalArgumentException("bids: at most " + MAX_BIDS + ", were " + bids.size());
    }
    List<BidVerdict> verdicts = new ArrayList<>(bids.size());
    for (SignedBid bid : bids) {
      verdicts.add(message(bid, verdict(node, key, bid, now)));
    }
    return verdicts;
  }

  private Verdict verdict(
      PeerIdentity.Node node, Optional<PublicKey> key, SignedBid bid, Moment now) {
    if (key.isEmpty()) {
      return new Verdict.Refused(BidRefusal.BAD_SIGNATURE, "there is no certificate to check", 0);
    }
    try {
      return market.submit(BidWire.fromProto(bid), node.id(), key.get(), now.wall());
    } catch (IllegalArgumentException malformed) {
      return market.malformed(
          node.id(), model(bid), String.valueOf(malformed.getMessage()), now.wall());
    }
  }

  private static Optional<ModelId> model(SignedBid bid) {
    try {
      return Optional.of(new ModelId(bid.getBid().getModel()));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  private BidVerdict message(SignedBid bid, Verdict verdict) {
    BidVerdict.Builder message =
        BidVerdict.newBuilder()
            .setModel(bid.getBid().getModel())
            .setSequence(bid.getBid().getSequence());
    switch (verdict) {
      case Verdict.Accepted(var fromEpoch, var lastSequence) -> {
        metrics.bid("accepted");
        message.setMessage("applies from epoch " + fromEpoch).setLastSequence(lastSequence);
      }
      case Verdict.Refused(var reason, var text, var lastSequence) -> {
        metrics.bid(reason.code());
        message
            .setCode(reason.code())
            .setMessage(text.substring(0, Math.min(text.length(), MAX_MESSAGE_CHARS)))
            .setLastSequence(lastSequence);
      }
    }
    return message.build();
  }

  /** What is new of the node's, bids or offers, is sold from now on if it may be. */
  void entered(NodeId id, Moment now) {
    if (membership.reported(id).filter(market::enter).isPresent()) {
      membership.repriced(id, now);
    }
  }

  /**
   * Counts what an edge saw; from others it counts for nothing.
   *
   * @throws IllegalArgumentException naming the field that breaks the contract
   */
  void observed(PeerIdentity.Node node, List<Outcomes> outcomes) {
    if (!outcomes.isEmpty() && node.roles().contains(Role.EDGE)) {
      market.observe(node.id(), BidWire.outcomesFromProto(outcomes));
    }
  }
}
