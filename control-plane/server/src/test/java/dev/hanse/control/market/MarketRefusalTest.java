package dev.hanse.control.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.Bid;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.SignedBid;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whatever is wrong with a bid is refused by its name, and the last good one stays in force. */
class MarketRefusalTest {
  private static final NodeId NODE = Fair.node("gpu-1");
  private static final Price GOOD = Fair.usd(0.10, 0.30);

  private static Fair fair() {
    var fair =
        new Fair(
            MarketTerms.DEFAULT.withReserve(Map.of(Fair.MODEL, Fair.usd(1, 2))).withMaxNodes(2));
    fair.opens(NODE, 1_000, GOOD);
    return fair;
  }

  @TestFactory
  Stream<DynamicTest> aBadBidIsRefusedByNameAndTheLastGoodOneStays() {
    return Stream.of(
        refused("zero-price", (fair, good) -> with(good, new Price(0, 5, 0), Fair.flat(0))),
        refused("above-reserve", (fair, good) -> with(good, Fair.usd(1.01, 0.3), GOOD)),
        refused(
            "above-reserve",
            (fair, good) -> with(good, new Price(1, 1, Price.MAX_MICROS_PER_MTOK), Fair.flat(0))),
        refused("floor-above-price", (fair, good) -> with(good, GOOD, Fair.usd(0.10, 0.31))),
        refused("expired", (fair, good) -> valid(good, Duration.ofHours(-2), Duration.ofHours(2))),
        refused(
            "validity-too-short", (fair, good) -> valid(good, Duration.ofHours(1), Duration.ZERO)),
        refused(
            "validity-too-short",
            (fair, good) -> valid(good, Duration.ofHours(1), Duration.ofHours(-1).plusMillis(9))),
        refused(
            "validity-too-short",
            (fair, good) -> valid(good, Duration.ZERO, Duration.ofSeconds(59))),
        refused(
            "validity-too-long", (fair, good) -> valid(good, Duration.ZERO, Duration.ofHours(25))),
        refused(
            "validity-too-long",
            (fair, good) -> valid(good, Duration.ofHours(25), Duration.ofHours(1))),
        refused(
            "stale-epoch",
            (fair, good) -> valid(good, Duration.ofSeconds(-50), Duration.ofSeconds(70))),
        refused("stale-sequence", (fair, good) -> sequence(good, 2)),
        refused(
            "sequence-reused", (fair, good) -> sequence(with(good, Fair.usd(0.2, 0.3), GOOD), 3)));
  }

  private static DynamicTest refused(String code, BiFunction<Fair, Bid, Bid> spoil) {
    return DynamicTest.dynamicTest(
        code,
        () -> {
          var fair = fair();
          fair.epoch();
          var raised = sequence(fair.standing(NODE).bid().orElseThrow(), 3);
          assertThat(fair.submits(raised)).isInstanceOf(Verdict.Accepted.class);
          fair.now = fair.now.plusSeconds(5);
          var good =
              new Bid(
                  NODE, Fair.MODEL, GOOD, GOOD, fair.now, fair.now.plus(Duration.ofHours(1)), 10);

          var verdict = fair.submits(spoil.apply(fair, good));

          assertThat(verdict).isInstanceOf(Verdict.Refused.class);
          assertThat(((Verdict.Refused) verdict).reason().code()).isEqualTo(code);
          assertThat(((Verdict.Refused) verdict).lastSequence()).isEqualTo(3);
          var before = fair.quote(NODE);
          fair.epoch();
          assertThat(fair.quote(NODE)).isEqualTo(before);
          assertThat(fair.standing(NODE).bid()).contains(raised);
          assertThat(fair.standing(NODE).why())
              .anyMatch(why -> why.startsWith("last bid refused: " + code));
        });
  }

  private static Bid with(Bid bid, Price price, Price floor) {
    return new Bid(
        bid.node(), bid.model(), price, floor, bid.validFrom(), bid.validUntil(), bid.sequence());
  }

  private static Bid sequence(Bid bid, long sequence) {
    return new Bid(
        bid.node(),
        bid.model(),
        bid.price(),
        bid.floor(),
        bid.validFrom(),
        bid.validUntil(),
        sequence);
  }

  private static Bid valid(Bid bid, Duration from, Duration length) {
    var start = bid.validFrom().plus(from);
    return new Bid(
        bid.node(),
        bid.model(),
        bid.price(),
        bid.floor(),
        start,
        start.plus(length),
        bid.sequence());
  }

  @Test
  void anotherNodesBidIsRefusedWhoeverSignedIt() {
    var fair = fair();
    var foreign = fair.bid(Fair.node("gpu-2"), GOOD);

    var verdict =
        fair.market.submit(
            SignedBid.by(Fair.KEY.getPrivate(), foreign), NODE, Fair.KEY.getPublic(), fair.now);

    assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(BidRefusal.FOREIGN_NODE);
  }

  @Test
  void aBidSignedWithAnotherKeyIsRefused() {
    var fair = fair();
    var stranger = Fair.key();

    var verdict =
        fair.market.submit(
            SignedBid.by(stranger.getPrivate(), fair.bid(NODE, GOOD)),
            NODE,
            Fair.KEY.getPublic(),
            fair.now);

    assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(BidRefusal.BAD_SIGNATURE);
  }

  @Test
  void aSignatureOfAnotherBidIsRefused() {
    var fair = fair();
    String signature = SignedBid.by(Fair.KEY.getPrivate(), fair.bid(NODE, GOOD)).signatureHex();

    var verdict =
        fair.market.submit(
            new SignedBid(fair.bid(NODE, GOOD), signature), NODE, Fair.KEY.getPublic(), fair.now);

    assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(BidRefusal.BAD_SIGNATURE);
  }

  @Test
  void aReplayOfTheStandingBidChangesNothingAndOneOfAnEarlierBidIsRefused() {
    var fair = fair();
    var first = fair.standing(NODE).bid().orElseThrow();
    assertThat(fair.submits(first)).isInstanceOf(Verdict.Accepted.class);
    fair.bids(NODE, Fair.usd(0.11, 0.30));
    fair.epoch();

    var replayed = fair.submits(first);

    assertThat(((Verdict.Refused) replayed).reason()).isEqualTo(BidRefusal.STALE_SEQUENCE);
    fair.epoch();
    assertThat(fair.quote(NODE).price()).isEqualTo(Fair.usd(0.11, 0.30));
  }

  @Test
  void aFullBookRefusesNewcomersAndKeepsWhoIsIn() {
    var fair = fair();
    fair.opens(Fair.node("gpu-2"), 1_000, GOOD);

    var verdict = fair.bids(Fair.node("gpu-3"), GOOD);

    assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(BidRefusal.BOOK_FULL);
    assertThat(fair.bids(NODE, Fair.usd(0.12, 0.3))).isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void whoBidsWithoutEndIsNotListenedToUntilTheNextEpoch() {
    var fair = fair();
    var bid = fair.standing(NODE).bid().orElseThrow();
    for (int again = 0; again < 1_023; again++) {
      assertThat(fair.submits(bid)).isInstanceOf(Verdict.Accepted.class);
    }

    var verdict = fair.bids(NODE, Fair.usd(0.2, 0.2));

    assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(BidRefusal.TOO_MANY);
    fair.epoch();
    assertThat(fair.bids(NODE, Fair.usd(0.2, 0.2))).isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void whatIsNoBidAtAllIsRefusedByName() {
    var fair = fair();

    var verdict =
        fair.market.malformed(
            NODE, Optional.of(Fair.MODEL), "bid.price.input_micros_per_mtok: huge", fair.now);

    assertThat(verdict.reason().code()).isEqualTo("malformed");
    assertThat(fair.standing(NODE).why())
        .containsExactly("last bid refused: malformed: bid.price.input_micros_per_mtok: huge");
    assertThat(fair.quote(NODE).isForSale()).isTrue();
  }

  @Test
  void aNodeWithoutABidIsNotForSale() {
    var fair = fair();
    var view = fair.stall(NODE);
    var silent = Fair.node("gpu-9");

    var priced =
        fair.market.priced(
            new dev.hanse.api.Member(
                silent,
                view.member().region(),
                view.member().address(),
                view.member().publicUrl(),
                view.member().roles(),
                view.member().offers(),
                view.member().capacity(),
                view.member().engine(),
                view.member().engineSimulated(),
                view.member().dataPolicy(),
                view.member().attestation(),
                view.member().state(),
                1));

    assertThat(priced.offers().getFirst().quote().orElseThrow().isForSale()).isFalse();
  }

  @Test
  void aQuoteANodeMakesForItselfIsReplaced() {
    var fair = fair();
    var member = fair.stall(NODE).member();
    var forged =
        member.withOffers(
            member.offers().stream()
                .map(offer ->
                    offer.withQuote(
                        Optional.of(new dev.hanse.api.Quote(99, GOOD, 1_000_000_000_000L, 1))))
                .toList());

    assertThat(fair.market.priced(forged).offers().getFirst().quote()).contains(fair.quote(NODE));
  }

  @Test
  void anEpochThatHasBegunOrIsOverBeginsNothing() {
    var fair = fair();
    fair.epoch();
    fair.bids(NODE, Fair.usd(0.5, 0.5));
    var before = fair.quote(NODE);

    assertThat(fair.market.turn(fair.stalls.values(), fair.now)).isFalse();
    assertThat(fair.market.turn(fair.stalls.values(), fair.now.minusSeconds(300))).isFalse();

    assertThat(fair.quote(NODE)).isEqualTo(before);
  }

  @Test
  void epochsShorterThanThirtySecondsAreRefused() {
    assertThatThrownBy(() ->
            new MarketTerms(
                Duration.ofSeconds(29),
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Map.of(),
                GOOD,
                0,
                0,
                Settlement.PAY_AS_BID,
                0.5,
                dev.hanse.hash.Weights.DEFAULT,
                1))
        .hasMessageContaining("epoch must be at least 30 s");
  }
}
