package dev.hanse.control.rpc;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.control.v1.Drain;
import dev.hanse.api.control.v1.Hello;
import dev.hanse.api.control.v1.LeaseGranted;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.control.v1.SignedBid;
import dev.hanse.api.enroll.v1.Refusal;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.wire.MemberWire;
import dev.hanse.api.wire.OfferWire;
import dev.hanse.control.membership.Beat;
import dev.hanse.control.membership.BeatOutcome;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.Registration;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One node's Report stream: Hello, beats, Goodbye. A refusal is an answer and ends it; a message
 * the contract does not allow ends it with {@code INVALID_ARGUMENT}. However it ends, only Goodbye
 * ends the lease with it.
 */
final class ReportStream {
  private static final Duration SOON = Duration.ofMillis(200);

  private final PeerIdentity.Node node;
  private final Optional<PublicKey> key;
  private final BidDesk desk;
  private final Membership membership;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;
  private final GrpcServerResponse<ReportRequest, ReportResponse> response;
  private final Consumer<ReportStream> onOver;
  private final Duration openedAt;
  private boolean greeted;
  private long incarnation;
  private boolean over;

  ReportStream(
      PeerIdentity.Node node,
      Optional<PublicKey> key,
      BidDesk desk,
      Membership membership,
      Supplier<Moment> clock,
      ControlMetrics metrics,
      GrpcServerResponse<ReportRequest, ReportResponse> response,
      Consumer<ReportStream> onOver) {
    this.node = node;
    this.key = key;
    this.desk = desk;
    this.membership = membership;
    this.clock = clock;
    this.metrics = metrics;
    this.response = response;
    this.onOver = onOver;
    this.openedAt = clock.get().uptime();
    response.exceptionHandler(failure -> over());
  }

  boolean isOf(NodeId id) {
    return greeted && node.id().equals(id);
  }

  void receive(ReportRequest message) {
    if (over) {
      return;
    }
    try {
      switch (message.getMessageCase()) {
        case HELLO -> hello(message.getHello());
        case BEAT -> beat(message.getBeat());
        case GOODBYE -> goodbye();
        case MESSAGE_NOT_SET -> fail(GrpcStatus.INVALID_ARGUMENT, "an empty report");
      }
    } catch (IllegalArgumentException invalid) {
      fail(GrpcStatus.INVALID_ARGUMENT, String.valueOf(invalid.getMessage()));
    }
  }

  /** A message came that is none, or is larger than any may be. */
  void unreadable() {
    fail(GrpcStatus.INVALID_ARGUMENT, "not a message of this service, or one too large");
  }

  private void hello(Hello hello) {
    if (!hello.hasMember()) {
      fail(GrpcStatus.INVALID_ARGUMENT, "hello.member is missing");
      return;
    }
    Member member = MemberWire.fromProto(hello.getMember());
    Load load = MemberWire.fromProto(hello.getLoad());
    if (!member.id().equals(node.id()) || !node.roles().containsAll(member.roles())) {
      metrics.hello("identity-mismatch");
      refuse(
          "identity-mismatch",
          "this certificate is of " + node.id() + " with roles " + node.roles(),
          Duration.ZERO);
      return;
    }
    switch (membership.hello(member, load, clock.get())) {
      case Registration.Granted(boolean drain) -> {
        granted(member.incarnation(), drain);
        bids(hello.getBidsList());
      }
      case Registration.Refused(var code, var text, var retryAfter) -> {
        metrics.hello(code);
        refuse(code, text, retryAfter);
      }
    }
  }

  private void granted(long ofIncarnation, boolean drain) {
    metrics.hello("granted");
    greeted = true;
    incarnation = ofIncarnation;
    send(
        ReportResponse.newBuilder()
            .setLease(
                LeaseGranted.newBuilder()
                    .setBeatIntervalMillis(membership.terms().beatInterval().toMillis())
                    .setLeaseMillis(membership.terms().lease().toMillis()))
            .build());
    // Said either way: the command may have been undone while the node was not connected.
    drain(drain);
  }

  private void beat(dev.hanse.api.control.v1.Beat beat) {
    if (!greeted) {
      fail(GrpcStatus.FAILED_PRECONDITION, "a beat before Hello");
      return;
    }
    BeatOutcome outcome =
        membership.beat(
            new Beat(
                node.id(),
                incarnation,
                MemberWire.fromProto(beat.getLoad()),
                MemberWire.stateFromNumber("beat.state", beat.getStateValue()),
                OfferWire.offersFromProto(beat.getOffersList())),
            clock.get());
    metrics.beat(outcome);
    if (outcome == BeatOutcome.RENEWED) {
      desk.observed(node, beat.getOutcomesList());
      if (beat.getBidsCount() > 0 || beat.getOffersCount() > 0) {
        bids(beat.getBidsList());
      }
    }
    if (outcome == BeatOutcome.NO_LEASE || outcome == BeatOutcome.SUPERSEDED) {
      lost();
    }
  }

  private void bids(List<SignedBid> bids) {
    Moment now = clock.get();
    desk.take(node, key, bids, now)
        .forEach(verdict -> send(ReportResponse.newBuilder().setBid(verdict).build()));
    desk.entered(node.id(), now);
  }

  /** Ends a stream whose process holds no lease any more, saying whether it may get one again. */
  private void lost() {
    if (membership.leaseRemaining(node.id(), clock.get()).isPresent()) {
      refuse("superseded", "a newer process of " + node.id() + " reports", Duration.ZERO);
    } else {
      refuse("lease-expired", "say Hello again", SOON);
    }
  }

  private void goodbye() {
    if (greeted) {
      membership.goodbye(node.id(), incarnation, clock.get());
    }
    if (over()) {
      var _ = response.end();
    }
  }

  /** The certificate is revoked: unless the node has a newer one, it is no member from now on. */
  void expel() {
    if (membership.denials().newestOf(node.id()).isEmpty()) {
      membership.deny(node.id());
    }
    fail(GrpcStatus.UNAUTHENTICATED, "this node is revoked");
  }

  void drain(boolean drain) {
    send(ReportResponse.newBuilder().setDrain(Drain.newBuilder().setDrain(drain)).build());
  }

  void tick(Moment now) {
    if (greeted) {
      if (!membership.holds(node.id(), incarnation)) {
        lost();
      }
    } else if (now.uptime().minus(openedAt).compareTo(membership.terms().lease()) > 0) {
      fail(GrpcStatus.DEADLINE_EXCEEDED, "no Hello within a lease");
    }
  }

  private void send(ReportResponse message) {
    if (over) {
      return;
    }
    try {
      var _ = response.write(message);
    } catch (IllegalStateException cancelled) {
      // Vert.x refuses to write to a stream the other side has just reset.
      over();
    }
  }

  private void refuse(String code, String message, Duration retryAfter) {
    ReportResponse refusal =
        ReportResponse.newBuilder()
            .setRefused(
                Refusal.newBuilder()
                    .setCode(code)
                    .setMessage(message)
                    .setRetryAfterMillis(retryAfter.toMillis()))
            .build();
    send(refusal);
    if (over()) {
      var _ = response.end();
    }
  }

  private void fail(GrpcStatus status, String message) {
    if (over()) {
      var _ = response.status(status).statusMessage(message).end();
    }
  }

  /** True the first time. */
  boolean over() {
    if (over) {
      return false;
    }
    over = true;
    onOver.accept(this);
    return true;
  }
}
