package dev.hanse.node.control;

import dev.hanse.api.Bid;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.SignedBid;
import dev.hanse.api.control.v1.Beat;
import dev.hanse.api.control.v1.BidVerdict;
import dev.hanse.api.control.v1.Goodbye;
import dev.hanse.api.control.v1.Hello;
import dev.hanse.api.control.v1.LeaseGranted;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.enroll.v1.Refusal;
import dev.hanse.api.wire.BidWire;
import dev.hanse.api.wire.MemberWire;
import dev.hanse.api.wire.OfferWire;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Tells the control plane that this node is here, what it offers and what it is doing: Hello, then
 * a beat every interval the lease names, for as long as it takes. A stream that breaks, a control
 * plane that restarted and a renewed identity all begin with Hello again.
 *
 * <p>Threads: {@link #start} and {@link #close} may be called from anywhere; everything else runs
 * on the context it was given, the suppliers and the drain callback included. They must not block.
 */
public final class ReportClient {
  private static final Logger LOG = System.getLogger(ReportClient.class.getName());

  /** Bounds on what a lease may ask for; an interval of nothing would be a storm. */
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(50);

  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

  /** How long closing waits for the control plane to take notice. */
  private static final Duration GOODBYE_WITHIN = Duration.ofSeconds(1);

  private final Loop loop;
  private final Pace pace;
  private final Supplier<Member> member;
  private final Supplier<Load> load;
  private final Supplier<MemberState> state;
  private final Supplier<List<ModelOffer>> offers;
  private final Consumer<Boolean> onDrain;
  private final Trade trade;
  private final Lifeline<ReportRequest, ReportResponse> line;

  private Optional<Dialer.Call<ReportRequest>> call = Optional.empty();
  private Optional<Promise<Void>> goodbye = Optional.empty();
  private Runnable cancelTimer = () -> {};
  private List<ModelOffer> told = List.of();
  private Set<Bid> toldBids = Set.of();
  private long sequence;
  private volatile boolean leased;

  /**
   * A client that does nothing until it is started.
   *
   * @param member what the node is, its attestation the newest; its offers and state are taken from
   *     the suppliers of those
   * @param load its sequence is ignored: beats are counted here
   * @param onDrain whether the control plane wants the node drained
   * @param trade what it bids and what it saw
   */
  public ReportClient(
      Context context,
      ControlChannel channel,
      Pace pace,
      RandomGenerator random,
      Supplier<Member> member,
      Supplier<Load> load,
      Supplier<MemberState> state,
      Supplier<List<ModelOffer>> offers,
      Consumer<Boolean> onDrain,
      Trade trade) {
    this(
        Loop.of(context),
        channel.report(),
        pace,
        random,
        member,
        load,
        state,
        offers,
        onDrain,
        trade);
  }

  ReportClient(
      Loop loop,
      Dialer<ReportRequest, ReportResponse> dialer,
      Pace pace,
      RandomGenerator random,
      Supplier<Member> member,
      Supplier<Load> load,
      Supplier<MemberState> state,
      Supplier<List<ModelOffer>> offers,
      Consumer<Boolean> onDrain,
      Trade trade) {
    this.loop = loop;
    this.pace = pace;
    this.member = member;
    this.load = load;
    this.state = state;
    this.offers = offers;
    this.onDrain = onDrain;
    this.trade = trade;
    this.line = new Lifeline<>("report", dialer, loop, random, pace, new Conversation());
  }

  public void start() {
    loop.run(line::start);
  }

  /** Whether the control plane has granted a lease on the stream that is open now. */
  public boolean isLeased() {
    return leased;
  }

  /**
   * Says goodbye, waits a second at most for the stream to end, and stops. The future never fails.
   */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    loop.run(() -> leave(done));
    return done.future();
  }

  /** Stops without a word, as a crash does: the lease is left to expire. */
  public Future<Void> abandon() {
    Promise<Void> done = Promise.promise();
    loop.run(() -> {
      if (goodbye.isEmpty()) {
        goodbye = Optional.of(done);
        finish(done);
      } else {
        goodbye.get().future().onComplete(done);
      }
    });
    return done.future();
  }

  private void leave(Promise<Void> done) {
    if (goodbye.isPresent()) {
      goodbye.get().future().onComplete(done);
      return;
    }
    goodbye = Optional.of(done);
    cancelTimer.run();
    if (call.isEmpty()) {
      finish(done);
      return;
    }
    Dialer.Call<ReportRequest> open = call.get();
    open.send(ReportRequest.newBuilder().setGoodbye(Goodbye.getDefaultInstance()).build());
    open.end();
    cancelTimer = loop.after(GOODBYE_WITHIN, () -> finish(done));
  }

  private void finish(Promise<Void> done) {
    cancelTimer.run();
    leased = false;
    call = Optional.empty();
    line.close();
    done.tryComplete();
  }

  private Load numbered() {
    Load now = load.get();
    return new Load(
        ++sequence,
        now.inFlightWorkTokens(),
        now.inFlightRequests(),
        now.queuedRequests(),
        now.kvUsedPermille(),
        now.ttftMillis());
  }

  /**
   * Signed again a bid is the same bid: a renewed identity opens a new stream, and says it there.
   */
  private static Set<Bid> contents(List<SignedBid> bids) {
    return bids.stream().map(SignedBid::bid).collect(Collectors.toUnmodifiableSet());
  }

  private final class Conversation implements Lifeline.Protocol<ReportRequest, ReportResponse> {
    @Override
    public void opened(Dialer.Call<ReportRequest> opened) {
      call = Optional.of(opened);
      // First the deadline: it also ends a stream on which there was nothing to say.
      cancelTimer.run();
      cancelTimer = loop.after(pace.answerWithin(), () -> line.giveUp("no lease", Duration.ZERO));
      told = offers.get();
      List<SignedBid> bids = trade.bids();
      toldBids = contents(bids);
      Member self = member.get().withOffers(told).withState(state.get());
      opened.send(
          ReportRequest.newBuilder()
              .setHello(
                  Hello.newBuilder()
                      .setMember(MemberWire.toProto(self))
                      .setLoad(MemberWire.toProto(numbered()))
                      .addAllBids(BidWire.bidsToProto(bids)))
              .build());
    }

    @Override
    public void heard(ReportResponse response) {
      if (goodbye.isPresent()) {
        return;
      }
      switch (response.getMessageCase()) {
        case LEASE -> leaseGranted(response.getLease());
        case DRAIN -> onDrain.accept(response.getDrain().getDrain());
        case REFUSED -> refused(response.getRefused());
        case BID -> judged(response.getBid());
        case MESSAGE_NOT_SET ->
            LOG.log(Level.DEBUG, "report: a message of a kind unknown to this version");
      }
    }

    private void judged(BidVerdict verdict) {
      trade.judged(
          verdict.getModel(),
          verdict.getSequence(),
          verdict.getCode(),
          verdict.getMessage(),
          verdict.getLastSequence());
    }

    private void leaseGranted(LeaseGranted lease) {
      Duration asked = Duration.ofMillis(lease.getBeatIntervalMillis());
      Duration interval =
          asked.compareTo(SHORTEST_INTERVAL) < 0
              ? SHORTEST_INTERVAL
              : asked.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : asked;
      line.progressed();
      leased = true;
      cancelTimer.run();
      cancelTimer = loop.after(interval, () -> beat(interval));
    }

    private void beat(Duration interval) {
      cancelTimer = loop.after(interval, () -> beat(interval));
      call.filter(open -> !open.isCongested()).ifPresent(this::sendBeat);
    }

    private void sendBeat(Dialer.Call<ReportRequest> open) {
      Beat.Builder beat =
          Beat.newBuilder()
              .setLoad(MemberWire.toProto(numbered()))
              .setState(MemberWire.toProto(state.get()));
      List<ModelOffer> offered = offers.get();
      if (!offered.equals(told)) {
        told = offered;
        offered.forEach(offer -> beat.addOffers(OfferWire.toProto(offer)));
      }
      List<SignedBid> bids = trade.bids();
      bids.stream()
          .filter(signed -> !toldBids.contains(signed.bid()))
          .forEach(signed -> beat.addBids(BidWire.toProto(signed)));
      toldBids = contents(bids);
      trade.outcomes().forEach(seen -> beat.addOutcomes(BidWire.toProto(seen)));
      open.send(ReportRequest.newBuilder().setBeat(beat).build());
    }

    private void refused(Refusal refusal) {
      LOG.log(
          Level.WARNING,
          "report: refused, code={0} message={1}",
          refusal.getCode(),
          refusal.getMessage());
      Duration pause =
          refusal.getRetryAfterMillis() > 0
              ? Duration.ofMillis(
                  Math.min(refusal.getRetryAfterMillis(), LONGEST_INTERVAL.toMillis()))
              : pace.refusedFor();
      line.giveUp("refused: " + refusal.getCode(), pause);
    }

    @Override
    public void lost() {
      leased = false;
      call = Optional.empty();
      cancelTimer.run();
      goodbye.ifPresent(ReportClient.this::finish);
    }
  }
}
