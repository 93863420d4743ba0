package dev.hanse.api.wire;

import com.google.protobuf.ByteString;
import dev.hanse.api.Bid;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Quote;
import dev.hanse.api.SignedBid;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/** The market: bids, what they become in an epoch, and what buyers saw of sellers. */
public final class BidWire {
  private BidWire() {}

  public static dev.hanse.api.control.v1.Bid toProto(Bid bid) {
    return dev.hanse.api.control.v1.Bid.newBuilder()
        .setNodeId(bid.node().toString())
        .setModel(bid.model().value())
        .setPrice(OfferWire.toProto(bid.price()))
        .setFloor(OfferWire.toProto(bid.floor()))
        .setValidFromEpochMillis(Field.epochMillis("valid_from_epoch_millis", bid.validFrom()))
        .setValidUntilEpochMillis(Field.epochMillis("valid_until_epoch_millis", bid.validUntil()))
        .setSequence(bid.sequence())
        .build();
  }

  public static Bid fromProto(dev.hanse.api.control.v1.Bid bid) {
    if (bid.getSequence() <= 0) {
      throw new WireException("sequence", "must be above 0, was " + bid.getSequence());
    }
    return new Bid(
        Field.of("node_id", () -> NodeId.parse(bid.getNodeId())),
        Field.of("model", () -> new ModelId(bid.getModel())),
        Field.required("price", bid.hasPrice(), bid.getPrice(), OfferWire::fromProto),
        Field.required("floor", bid.hasFloor(), bid.getFloor(), OfferWire::fromProto),
        Field.instant("valid_from_epoch_millis", bid.getValidFromEpochMillis()),
        Field.instant("valid_until_epoch_millis", bid.getValidUntilEpochMillis()),
        bid.getSequence());
  }

  public static dev.hanse.api.control.v1.SignedBid toProto(SignedBid signed) {
    return dev.hanse.api.control.v1.SignedBid.newBuilder()
        .setBid(toProto(signed.bid()))
        .setSignature(ByteString.copyFrom(HexFormat.of().parseHex(signed.signatureHex())))
        .build();
  }

  /** Reads a bid and its signature. Whether the signature holds is the receiver's to check. */
  public static SignedBid fromProto(dev.hanse.api.control.v1.SignedBid signed) {
    Bid bid = Field.required("bid", signed.hasBid(), signed.getBid(), BidWire::fromProto);
    return Field.of(
        "signature",
        () -> new SignedBid(bid, HexFormat.of().formatHex(signed.getSignature().toByteArray())));
  }

  public static dev.hanse.api.control.v1.Quote toProto(Quote quote) {
    return dev.hanse.api.control.v1.Quote.newBuilder()
        .setEpoch(quote.epoch())
        .setPrice(OfferWire.toProto(quote.price()))
        .setWeightMillionths(quote.weightMillionths())
        .setEffectiveCostMicrosPerMtok(quote.effectiveCostMicrosPerMtok())
        .build();
  }

  public static Quote fromProto(dev.hanse.api.control.v1.Quote quote) {
    return new Quote(
        Field.atLeastZero("epoch", quote.getEpoch()),
        Field.required("price", quote.hasPrice(), quote.getPrice(), OfferWire::fromProto),
        Field.upTo("weight_millionths", quote.getWeightMillionths(), Quote.MAX_WEIGHT_MILLIONTHS),
        Field.upTo(
            "effective_cost_micros_per_mtok",
            quote.getEffectiveCostMicrosPerMtok(),
            Quote.MAX_EFFECTIVE_COST));
  }

  public static dev.hanse.api.control.v1.Outcomes toProto(Outcomes outcomes) {
    return dev.hanse.api.control.v1.Outcomes.newBuilder()
        .setNodeId(outcomes.node().toString())
        .setModel(outcomes.model().value())
        .setAnswered(outcomes.answered())
        .setFailed(outcomes.failed())
        .setRejected(outcomes.rejected())
        .setPromptTokens(outcomes.promptTokens())
        .setCachedPromptTokens(outcomes.cachedPromptTokens())
        .setCompletionTokens(outcomes.completionTokens())
        .setTtftMillis(outcomes.ttftMillis())
        .setTimed(outcomes.timed())
        .build();
  }

  public static Outcomes fromProto(dev.hanse.api.control.v1.Outcomes outcomes) {
    long promptTokens = Field.upTo("prompt_tokens", outcomes.getPromptTokens(), Outcomes.MAX_TOTAL);
    return new Outcomes(
        Field.of("node_id", () -> NodeId.parse(outcomes.getNodeId())),
        Field.of("model", () -> new ModelId(outcomes.getModel())),
        Field.upTo("answered", outcomes.getAnswered(), Outcomes.MAX_REQUESTS),
        Field.upTo("failed", outcomes.getFailed(), Outcomes.MAX_REQUESTS),
        Field.upTo("rejected", outcomes.getRejected(), Outcomes.MAX_REQUESTS),
        promptTokens,
        Field.upTo("cached_prompt_tokens", outcomes.getCachedPromptTokens(), promptTokens),
        Field.upTo("completion_tokens", outcomes.getCompletionTokens(), Outcomes.MAX_TOTAL),
        Field.upTo("ttft_millis", outcomes.getTtftMillis(), Outcomes.MAX_TOTAL),
        Field.upTo("timed", outcomes.getTimed(), Outcomes.MAX_REQUESTS));
  }

  /** The outcomes of one beat. */
  public static List<Outcomes> outcomesFromProto(List<dev.hanse.api.control.v1.Outcomes> outcomes) {
    return Field.list("outcomes", outcomes, Limits.OUTCOMES, BidWire::fromProto);
  }

  public static List<dev.hanse.api.control.v1.SignedBid> bidsToProto(Collection<SignedBid> bids) {
    return bids.stream().map(BidWire::toProto).toList();
  }
}
