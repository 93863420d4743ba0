package dev.hanse.control.rpc;

import com.google.protobuf.ByteString;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.NodeId;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcService;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.Challenge;
import dev.hanse.attestation.challenge.Issue;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.workflow.Enrolment;
import dev.hanse.control.workflow.EnrolmentOutcome;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.lang.System.Logger;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

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

  private final Vertx vertx;
  private final Enrolment enrolment;
  private final Function<HttpConnection, Optional<PeerIdentity>> peers;
  private final BiConsumer<NodeId, AttestationSummary> attested;

  /**
   * Serves an enrolment.
   *
   * @param peers who is at the other end of a connection, as proved in its handshake
   * @param attested told of every identity issued, before the node is, on the event loop
   */
  public EnrollmentRpc(
      Vertx vertx,
      Enrolment enrolment,
      Function<HttpConnection, Optional<PeerIdentity>> peers,
      BiConsumer<NodeId, AttestationSummary> attested) {
    this.vertx = vertx;
    this.enrolment = enrolment;
    this.peers = peers;
    this.attested = attested;
  }

  public void bind(GrpcServer server) {
    server.callHandler(
        EnrollmentGrpcService.Challenge,
        call -> {
          call.errorHandler(broken -> {});
          call.last().onSuccess(request -> challenge(call, request));
        });
    server.callHandler(
        EnrollmentGrpcService.Enroll,
        call -> {
          call.errorHandler(broken -> {});
          call.last().onSuccess(request -> enroll(call, request));
        });
  }

  private void challenge(
      GrpcServerRequest<ChallengeRequest, ChallengeResponse> call, ChallengeRequest request) {
    Bytes spki = Bytes.copyOf(request.getPublicKeySpki().toByteArray());
    String address = call.connection().remoteAddress().hostAddress();
    vertx
        .executeBlocking(() -> enrolment.challenge(spki, address), false)
        .onSuccess(issue -> {
          switch (Objects.requireNonNull(issue)) {
            case Issue.Issued(var challenge) -> call.response().end(toProto(challenge));
            case Issue.Refused(var refusal) -> {
              log("challenge", address, refusal);
              GrpcStatus status =
                  refusal.retryAfter().isPositive()
                      ? GrpcStatus.RESOURCE_EXHAUSTED
                      : GrpcStatus.INVALID_ARGUMENT;
              fail(call, status, refusal.code() + ": " + refusal.message());
            }
          }
        })
        .onFailure(defect -> failed(call, defect));
  }

  private void enroll(
      GrpcServerRequest<EnrollRequest, EnrollResponse> call, EnrollRequest request) {
    Optional<PeerIdentity> current = peers.apply(call.connection());
    vertx
        .executeBlocking(() -> enrolment.enrol(EnrollmentWire.fromProto(request), current), false)
        .onSuccess(outcome -> {
          switch (Objects.requireNonNull(outcome)) {
            case EnrolmentOutcome.Enrolled(var identity) -> {
              log(identity);
              attested.accept(identity.node().id(), identity.attestation());
              call.response().end(EnrollmentWire.toProto(identity));
            }
            case EnrolmentOutcome.Refused(var refusal) -> {
              log("enrolment", call.connection().remoteAddress().hostAddress(), refusal);
              call.response().end(EnrollmentWire.toProto(refusal));
            }
          }
        })
        .onFailure(defect -> failed(call, defect));
  }

  private static ChallengeResponse toProto(Challenge challenge) {
    return ChallengeResponse.newBuilder()
        .setChallengeId(challenge.id())
        .setNonce(ByteString.copyFrom(challenge.nonce().toArray()))
        .setExpiresAtEpochMillis(challenge.expiresAt().toEpochMilli())
        .build();
  }

  private static void failed(GrpcServerRequest<?, ?> call, Throwable defect) {
    LOG.log(Logger.Level.ERROR, "enrolment broke", defect);
    fail(call, GrpcStatus.INTERNAL, "enrolment broke; see the control plane's log");
  }

  private static void fail(GrpcServerRequest<?, ?> call, GrpcStatus status, String message) {
    var _ = call.response().status(status).statusMessage(message).end();
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
