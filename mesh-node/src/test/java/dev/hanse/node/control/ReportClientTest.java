package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.Outcomes;
import dev.hanse.api.SignedBid;
import dev.hanse.api.control.v1.BidVerdict;
import dev.hanse.api.control.v1.Drain;
import dev.hanse.api.control.v1.LeaseGranted;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.enroll.v1.Refusal;
import dev.hanse.api.wire.BidWire;
import dev.hanse.api.wire.MemberWire;
import dev.hanse.api.wire.OfferWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportClientTest {
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final VirtualLoop loop = new VirtualLoop();
  private final ScriptedDialer<ReportRequest, ReportResponse> dialer = new ScriptedDialer<>();
  private final List<Boolean> drains = new ArrayList<>();
  private final ScriptedTrade trade = new ScriptedTrade();
  private List<ModelOffer> offers = List.of(Samples.OFFER);
  private MemberState state = MemberState.READY;
  private final ReportClient client =
      new ReportClient(
          loop,
          dialer,
          Pace.DEFAULT,
          new Random(1),
          () -> Samples.MEMBER,
          () -> Samples.BUSY,
          () -> state,
          () -> offers,
          drains::add,
          trade);

  @BeforeEach
  void start() {
    client.start();
  }

  @Test
  void saysHelloWithTheOffersAndStateOfTheMoment() {
    dialer.last().open();

    var hello = dialer.last().sent.getFirst().getHello();
    assertThat(MemberWire.fromProto(hello.getMember()))
        .isEqualTo(Samples.MEMBER.withOffers(offers).withState(MemberState.READY));
    assertThat(hello.getLoad().getSequence()).isEqualTo(1);
    assertThat(hello.getLoad().getInFlightWorkTokens()).isEqualTo(1_000);
    assertThat(client.isLeased()).isFalse();
  }

  @Test
  void beatsAtTheLeasesIntervalAndCountsTheBeats() {
    leased();

    loop.pass(INTERVAL.multipliedBy(3));

    assertThat(client.isLeased()).isTrue();
    assertThat(beats())
        .extracting(beat -> beat.getLoad().getSequence())
        .containsExactly(2L, 3L, 4L);
    assertThat(beats()).allMatch(beat -> beat.getOffersCount() == 0);
  }

  @Test
  void sendsOffersOnceWhenTheyChanged() {
    leased();
    offers = List.of(Samples.offer(70_000));
    state = MemberState.DRAINING;

    loop.pass(INTERVAL.multipliedBy(2));

    assertThat(beats().get(0).getOffersList())
        .containsExactly(OfferWire.toProto(offers.getFirst()));
    assertThat(beats().get(0).getState().name()).isEqualTo("MEMBER_STATE_DRAINING");
    assertThat(beats().get(1).getOffersList()).isEmpty();
  }

  @Test
  void saysEveryBidInItsHelloAndOnlyNewOnesInItsBeats() {
    var standing = Samples.bid(1);
    var newer = Samples.bid(2);
    trade.bids = List.of(standing);
    leased();
    loop.pass(INTERVAL);
    trade.bids = List.of(newer);
    loop.pass(INTERVAL.multipliedBy(2));

    assertThat(dialer.last().sent.getFirst().getHello().getBidsList())
        .containsExactly(BidWire.toProto(standing));
    assertThat(beats())
        .extracting(beat -> beat.getBidsList())
        .containsExactly(List.of(), List.of(BidWire.toProto(newer)), List.of());
  }

  @Test
  void aBidSignedAgainWaitsForTheStreamOfItsIdentity() {
    trade.bids = List.of(Samples.bid(1));
    leased();
    trade.bids = List.of(new SignedBid(Samples.bid(1).bid(), "beef"));

    loop.pass(INTERVAL);

    assertThat(beats()).allMatch(beat -> beat.getBidsCount() == 0);
  }

  @Test
  void tellsWhatItSawOnce() {
    leased();
    trade.outcomes =
        List.of(new Outcomes(Samples.MEMBER.id(), Samples.OFFER.model(), 3, 1, 0, 9, 0, 5, 7, 1));
    loop.pass(INTERVAL.multipliedBy(2));

    assertThat(beats().get(0).getOutcomesList())
        .singleElement()
        .matches(seen -> seen.getAnswered() == 3 && seen.getFailed() == 1);
    assertThat(beats().get(1).getOutcomesList()).isEmpty();
  }

  @Test
  void handsVerdictsOnWithoutLosingItsLease() {
    leased();
    dialer
        .last()
        .say(
            ReportResponse.newBuilder()
                .setBid(
                    BidVerdict.newBuilder()
                        .setModel("m")
                        .setSequence(4)
                        .setCode("stale-sequence")
                        .setMessage("no")
                        .setLastSequence(9))
                .build());

    assertThat(trade.verdicts).containsExactly("m 4 stale-sequence 9");
    assertThat(client.isLeased()).isTrue();
  }

  @Test
  void skipsBeatsThatTheOtherSideDoesNotRead() {
    leased();
    dialer.last().congested = true;
    loop.pass(INTERVAL.multipliedBy(4));
    dialer.last().congested = false;
    loop.pass(INTERVAL);

    assertThat(beats()).hasSize(1);
  }

  @Test
  void passesOnThatItShouldDrain() {
    leased();
    dialer.last().say(drain(true));
    dialer.last().say(drain(false));

    assertThat(drains).containsExactly(true, false);
  }

  @Test
  void saysHelloAgainToAControlPlaneThatRestartedAndCountsOn() {
    leased();
    loop.pass(INTERVAL);
    dialer.last().close("reset");
    assertThat(client.isLeased()).isFalse();

    loop.pass(Pace.DEFAULT.retryTo());
    dialer.last().open();

    assertThat(dialer.last().sent).singleElement().matches(ReportRequest::hasHello);
    assertThat(dialer.last().sent.getFirst().getHello().getLoad().getSequence()).isEqualTo(3);
  }

  @Test
  void doesNotBeatWithoutALease() {
    dialer.last().open();

    loop.pass(Pace.DEFAULT.answerWithin().minusMillis(1));

    assertThat(dialer.last().sent).hasSize(1);
  }

  @Test
  void givesUpAControlPlaneThatGrantsNoLease() {
    var mute = dialer.last().open();

    loop.pass(Pace.DEFAULT.answerWithin().plus(Pace.DEFAULT.retryTo()));

    assertThat(mute.cancelled).isTrue();
    assertThat(dialer.lines).hasSize(2);
  }

  @Test
  void waitsAsLongAsARefusalSays() {
    dialer.last().open();
    dialer.last().say(refused(3_000));

    loop.pass(Duration.ofMillis(2_999));
    assertThat(dialer.lines).hasSize(1);

    loop.pass(Duration.ofMillis(1));
    assertThat(dialer.lines).hasSize(2);
  }

  @Test
  void waitsLongerAfterARefusalThatShouldNotBeRepeatedButNotForEver() {
    dialer.last().open();
    dialer.last().say(refused(0));
    loop.pass(Pace.DEFAULT.refusedFor().minusMillis(1));
    assertThat(dialer.lines).hasSize(1);

    loop.pass(Duration.ofMillis(1));
    assertThat(dialer.lines).hasSize(2);
  }

  @Test
  void takesAnAbsurdIntervalForTheNearestSaneOne() {
    dialer.last().open();
    dialer.last().say(lease(Duration.ZERO));

    loop.pass(Duration.ofSeconds(1));

    assertThat(beats()).hasSize(20);
  }

  @Test
  void saysGoodbyeAndStops() {
    leased();

    var closed = client.close();

    assertThat(dialer.last().sent.getLast().hasGoodbye()).isTrue();
    assertThat(dialer.last().ended).isTrue();
    assertThat(closed.isComplete()).isFalse();
    dialer.last().close("status OK");
    assertThat(closed.succeeded()).isTrue();
    assertThat(loop.pending()).isZero();
    loop.pass(Duration.ofHours(1));
    assertThat(dialer.lines).hasSize(1);
  }

  @Test
  void doesNotWaitForEverForItsGoodbyeToBeHeard() {
    leased();

    var closed = client.close();
    var again = client.close();
    loop.pass(Duration.ofSeconds(1));

    assertThat(closed.succeeded()).isTrue();
    assertThat(again.succeeded()).isTrue();
    assertThat(loop.pending()).isZero();
  }

  @Test
  void closesAtOnceWithoutAStream() {
    assertThat(client.close().succeeded()).isTrue();
  }

  private static final class ScriptedTrade implements Trade {
    private List<SignedBid> bids = List.of();
    private List<Outcomes> outcomes = List.of();
    private final List<String> verdicts = new ArrayList<>();

    @Override
    public List<SignedBid> bids() {
      return bids;
    }

    @Override
    public List<Outcomes> outcomes() {
      var taken = outcomes;
      outcomes = List.of();
      return taken;
    }

    @Override
    public void judged(
        String model, long sequence, String code, String message, long lastSequence) {
      verdicts.add(model + " " + sequence + " " + code + " " + lastSequence);
    }
  }

  private void leased() {
    dialer.last().open();
    dialer.last().say(lease(INTERVAL));
  }

  private List<dev.hanse.api.control.v1.Beat> beats() {
    return dialer.last().sent.stream()
        .filter(ReportRequest::hasBeat)
        .map(ReportRequest::getBeat)
        .toList();
  }

  private static ReportResponse lease(Duration interval) {
    return ReportResponse.newBuilder()
        .setLease(
            LeaseGranted.newBuilder()
                .setBeatIntervalMillis(interval.toMillis())
                .setLeaseMillis(3_000))
        .build();
  }

  private static ReportResponse drain(boolean drain) {
    return ReportResponse.newBuilder().setDrain(Drain.newBuilder().setDrain(drain)).build();
  }

  private static ReportResponse refused(long retryAfterMillis) {
    return ReportResponse.newBuilder()
        .setRefused(
            Refusal.newBuilder().setCode("not-enrolled").setRetryAfterMillis(retryAfterMillis))
        .build();
  }
}
