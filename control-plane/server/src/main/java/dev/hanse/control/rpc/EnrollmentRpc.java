package dev.hanse.control.rpc;

import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcService;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.workflow.Challenged;
import dev.hanse.control.workflow.Enrolment;
import dev.hanse.control.workflow.EnrolmentOutcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The {@code hanse.enroll.v1.Enrollment} service. Handlers run on the server's event loop; parsing,
 * verifying and signing on worker threads.
 *
 * <p>A refused enrolment is an answer; a refused challenge is an RPC status, because it is made
 * before there is anything to answer: {@code RESOURCE_EXHAUSTED} if later may help, {@code
 * INVALID_ARGUMENT} if not, the code first in its message.
 */
public final class EnrollmentRpc {
  private static final Logger LOG = System.getLogger(EnrollmentRpc.class.getName());

  /** What one message may hold: the evidence, its collateral, and room for their envelope. */
  public static final long MAX_MESSAGE_BYTES = 1536 * 1024;

  /** Messages being received or judged: with {@link #MAX_MESSAGE_BYTES} at most 192 MiB. */
  private static final int MOST_AT_ONCE = 128;

  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Enrolment enrolment;
  private final Function<HttpConnection, Optional<PeerIdentity>> peers;
  private final Predicate<EnrolmentOutcome.Enrolled> attested;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * Serves an enrolment.
   *
   * @param peers who is at the other end of a connection, as proved in its handshake
   * @param attested told of every identity issued, before the node is, on the event loop; false if
   *     there is no room for one more member
   */
  public EnrollmentRpc(
      Vertx vertx,
      Enrolment enrolment,
      Function<HttpConnection, Optional<PeerIdentity>> peers,
      Predicate<EnrolmentOutcome.Enrolled> attested) {
    this.vertx = vertx;
    this.enrolment = enrolment;
    this.peers = peers;
    this.attested = attested;
  }

  public void bind(GrpcServer server) {
    server.callHandler(EnrollmentGrpcService.Challenge, call -> take(call, this::challenge));
    server.callHandler(EnrollmentGrpcService.Enroll, call -> take(call, this::enroll));
  }

  /** Takes a call's one message. What cannot be read is answered too: no call is left open. */
  private <Q, R> void take(
      GrpcServerRequest<Q, R> call, BiFunction<GrpcServerRequest<Q, R>, Q, Future<R>> work) {
    if (underWay.get() >= MOST_AT_ONCE) {
      fail(call, new Declined(GrpcStatus.RESOURCE_EXHAUSTED, "busy: try again in a second"));
      return;
    }
    underWay.incrementAndGet();
    AtomicBoolean counted = new AtomicBoolean(true);
    // Set by the answer, by the message that cannot be one, or by the caller who went away.
    AtomicBoolean done = new AtomicBoolean();
    call.errorHandler(gone -> {
      done.set(true);
      leave(counted);
    });
    call.invalidMessageHandler(broken -> {
      leave(counted);
      if (!done.getAndSet(true)) {
        boolean oversized = broken instanceof MessageSizeOverflowException;
        fail(call, oversized ? tooLarge() : unreadable());
      }
    });
    call.last()
        .recover(broken -> Future.failedFuture(unreadable()))
        .compose(message -> work.apply(call, message))
        .onComplete(outcome -> {
          leave(counted);
          if (done.getAndSet(true)) {
            return;
          }
          if (outcome.succeeded()) {
            var _ = call.response().end(outcome.result());
          } else if (outcome.cause() instanceof Declined declined) {
            fail(call, declined);
          } else {
            LOG.log(Logger.Level.ERROR, "enrolment broke", outcome.cause());
            fail(
                call,
                new Declined(GrpcStatus.INTERNAL, "enrolment broke; see the control plane's log"));
          }
        });
  }

  private void leave(AtomicBoolean counted) {
    if (counted.getAndSet(false)) {
      underWay.decrementAndGet();
    }
  }

  private Future<ChallengeResponse> challenge(
      GrpcServerRequest<ChallengeRequest, ChallengeResponse> call, ChallengeRequest request) {
    Bytes spki = Bytes.copyOf(request.getPublicKeySpki().toByteArray());
    String address = addressOf(call);
    return vertx
        .executeBlocking(
            () -> enrolment.challenge(spki, EnrollmentWire.tpmOf(request), address), false)
        .compose(outcome ->
            switch (Objects.requireNonNull(outcome)) {
              case Challenged.Issued issued ->
                  Future.succeededFuture(EnrollmentWire.toProto(issued));
              case Challenged.Refused(var refusal) -> {
                log("challenge", address, refusal);
                yield Future.failedFuture(new Declined(refusal));
              }
            });
  }

  private Future<EnrollResponse> enroll(
      GrpcServerRequest<EnrollRequest, EnrollResponse> call, EnrollRequest request) {
    Optional<PeerIdentity> current = peers.apply(call.connection());
    return vertx
        .executeBlocking(() -> enrolment.enrol(EnrollmentWire.fromProto(request), current), false)
        .map(outcome ->
            switch (Objects.requireNonNull(outcome)) {
              case EnrolmentOutcome.Enrolled enrolled -> admitted(enrolled, call);
              case EnrolmentOutcome.Refused(var refusal) -> refused(refusal, call);
            });
  }

  private EnrollResponse admitted(
      EnrolmentOutcome.Enrolled enrolled, GrpcServerRequest<EnrollRequest, EnrollResponse> call) {
    if (!attested.test(enrolled)) {
      return refused(new Refusal.MeshFull(FULL_RETRY_AFTER), call);
    }
    log(enrolled.identity());
    return EnrollmentWire.toProto(enrolled.identity());
  }

  private static EnrollResponse refused(Refusal refusal, GrpcServerRequest<?, ?> call) {
    log("enrolment", addressOf(call), refusal);
    return EnrollmentWire.toProto(refusal);
  }

  private static String addressOf(GrpcServerRequest<?, ?> call) {
    return call.connection().remoteAddress().hostAddress();
  }

  private static Declined unreadable() {
    return new Declined(GrpcStatus.INVALID_ARGUMENT, "the message cannot be read");
  }

  private static Declined tooLarge() {
    return new Declined(GrpcStatus.RESOURCE_EXHAUSTED, "the message is too large");
  }

  /** An RPC status instead of an answer; without stack trace, being no defect. */
  private static final class Declined extends RuntimeException {
    private final GrpcStatus status;

    Declined(Refusal refusal) {
      this(
          refusal.retryAfter().isPositive()
              ? GrpcStatus.RESOURCE_EXHAUSTED
              : GrpcStatus.INVALID_ARGUMENT,
          refusal.code() + ": " + refusal.message());
    }

    Declined(GrpcStatus status, String message) {
      super(message, null, false, false);
      this.status = status;
    }
  }

  private static void fail(GrpcServerRequest<?, ?> call, Declined declined) {
    var _ =
        call.response()
            .status(declined.status)
            .statusMessage(String.valueOf(declined.getMessage()))
            .end();
  }

  private static void log(IssuedIdentity identity) {
    LOG.log(
        Logger.Level.INFO,
        "enrolled node={0} technology={1} notAfter={2}",
        identity.node().id(),
        identity.attestation().technology(),
        identity.notAfter());
  }

  private static void log(String what, String address, Refusal refusal) {
    LOG.log(
        Logger.Level.WARNING, "refused {0} address={1} code={2}", what, address, refusal.code());
  }
}
