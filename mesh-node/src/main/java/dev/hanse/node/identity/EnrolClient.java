package dev.hanse.node.identity;

import dev.hanse.api.Endpoint;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * One enrolment: a key, its challenge, evidence over both, an identity. Each exchange has a
 * connection and a key of its own; key, request and evidence are made on a worker thread.
 */
final class EnrolClient {
  /** Evidence devices may take seconds: a TPM quote on a busy bus, an SNP report throttled. */
  private static final Duration EXCHANGE_WITHIN = Duration.ofSeconds(20);

  private static final Duration CALL_WITHIN = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Joining joining;
  private final EnrolExchange exchange;

  EnrolClient(Vertx vertx, Joining joining, EnrolExchange exchange) {
    this.vertx = vertx;
    this.joining = joining;
    this.exchange = exchange;
  }

  /**
   * Enrols with one control plane.
   *
   * @param current the identity to renew; empty to join with the token
   * @return fails if the control plane could not be reached, proved to be another, or broke
   */
  Future<Enrolled> enrol(Endpoint controlPlane, Optional<MeshIdentity> current) {
    HttpClientOptions options =
        current
            .map(MeshTls::client)
            .orElseGet(() ->
                switch (joining.trust()) {
                  case Trust.Bundle(var roots) -> MeshTls.bootstrapClient(roots);
                  case Trust.Pin(var sha256) -> MeshTls.pinnedClient(sha256);
                });
    HttpClientAgent http = vertx.createHttpClient(options);
    GrpcClient grpc = GrpcClient.client(vertx, http);
    return MeshTls.resolve(vertx, controlPlane, PeerIdentity.dnsNameOfControl(joining.region()))
        .compose(address -> exchange(grpc, address, current))
        .timeout(EXCHANGE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .eventually(http::close);
  }

  private Future<Enrolled> exchange(
      GrpcClient grpc, SocketAddress address, Optional<MeshIdentity> current) {
    String joinToken = current.isPresent() ? "" : joining.joinToken();
    return blocking(exchange::newKey)
        .compose(key ->
            this.<ChallengeRequest>blocking(() -> exchange.ask(key))
                .compose(asking -> call(grpc, address, EnrollmentGrpcClient.Challenge, asking))
                .compose(asked ->
                    switch (asked) {
                      case Reply.Declined(var refused) -> Future.<Enrolled>succeededFuture(refused);
                      case Reply.Answered(var challenge) ->
                          answer(grpc, address, key, challenge, joinToken);
                    }));
  }

  private Future<Enrolled> answer(
      GrpcClient grpc,
      SocketAddress address,
      KeyPair key,
      ChallengeResponse challenge,
      String joinToken) {
    return this.<EnrollRequest>blocking(() -> exchange.answer(key, challenge, joinToken))
        .compose(request -> call(grpc, address, EnrollmentGrpcClient.Enroll, request))
        .compose(reply ->
            switch (reply) {
              case Reply.Declined<EnrollResponse>(var refused) ->
                  Future.<Enrolled>succeededFuture(refused);
              case Reply.Answered<EnrollResponse>(var response) ->
                  this.<Enrolled>blocking(() -> exchange.accept(key, response));
            });
  }

  /** A gRPC call's answer, or the status a control plane declined it with. */
  private sealed interface Reply<T> {
    record Answered<T>(T message) implements Reply<T> {}

    record Declined<T>(Enrolled.Refused refused) implements Reply<T> {}
  }

  private static <Q, R> Future<Reply<R>> call(
      GrpcClient grpc, SocketAddress address, ServiceMethod<R, Q> method, Q message) {
    return grpc.request(address, method)
        .compose(
            request -> request.timeout(CALL_WITHIN.toMillis(), TimeUnit.MILLISECONDS).send(message))
        .compose(EnrolClient::reply);
  }

  private static <Q, R> Future<Reply<R>> reply(GrpcClientResponse<Q, R> response) {
    return response
        .last()
        .transform(received -> {
          GrpcStatus status = Objects.requireNonNullElse(response.status(), GrpcStatus.UNKNOWN);
          String problem = status + ": " + response.statusMessage();
          return switch (status) {
            case OK -> received(received);
            case INVALID_ARGUMENT -> declined(problem, Duration.ZERO);
            case RESOURCE_EXHAUSTED -> declined(problem, Duration.ofSeconds(1));
            default -> Future.failedFuture("the control plane answered " + problem);
          };
        });
  }

  private static <R> Future<Reply<R>> received(AsyncResult<R> received) {
    R message = received.result();
    return message == null
        ? Future.failedFuture("the control plane's answer cannot be read")
        : Future.succeededFuture(new Reply.Answered<R>(message));
  }

  private static <R> Future<Reply<R>> declined(String problem, Duration retryAfter) {
    return Future.succeededFuture(
        new Reply.Declined<R>(new Enrolled.Refused("challenge-refused", problem, retryAfter)));
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }
}
