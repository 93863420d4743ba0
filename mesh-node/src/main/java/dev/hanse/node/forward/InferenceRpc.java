package dev.hanse.node.forward;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.Role;
import dev.hanse.api.inference.v1.InferEvent;
import dev.hanse.api.inference.v1.InferRequest;
import dev.hanse.api.inference.v1.InferenceGrpcService;
import dev.hanse.api.inference.v1.QuotaRequest;
import dev.hanse.api.inference.v1.QuotaResponse;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.wire.OfferWire;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.Upstream;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Serves {@code hanse.inference.v1.Inference} to the mesh's edges: hands what they forward to this
 * node's dispatch.
 *
 * <p>Threads: each call stays on the event loop of its connection.
 */
public final class InferenceRpc {
  private final Upstream dispatch;
  private final Supplier<Member> self;
  private final BiFunction<NodeId, QuotaAsk, Optional<QuotaGrant>> quotas;
  private final Function<HttpConnection, Optional<PeerIdentity>> peerOf;

  /**
   * The service over mutual TLS.
   *
   * @param self this node as it announces itself
   */
  public InferenceRpc(Upstream dispatch, Supplier<Member> self) {
    this(dispatch, self, (edge, ask) -> Optional.empty(), MeshTls::peerOf);
  }

  /**
   * The service over mutual TLS.
   *
   * @param self this node as it announces itself
   * @param quotas answers what an edge asks for; empty where this node keeps none
   */
  public InferenceRpc(
      Upstream dispatch,
      Supplier<Member> self,
      BiFunction<NodeId, QuotaAsk, Optional<QuotaGrant>> quotas) {
    this(dispatch, self, quotas, MeshTls::peerOf);
  }

  InferenceRpc(
      Upstream dispatch,
      Supplier<Member> self,
      BiFunction<NodeId, QuotaAsk, Optional<QuotaGrant>> quotas,
      Function<HttpConnection, Optional<PeerIdentity>> peerOf) {
    this.dispatch = dispatch;
    this.self = self;
    this.quotas = quotas;
    this.peerOf = peerOf;
  }

  /**
   * Adds the service to a server, whose options must allow messages of {@link
   * PeerChannels#MAX_MESSAGE_BYTES}.
   */
  public void bind(GrpcServer server) {
    server.callHandler(InferenceGrpcService.Infer, this::onCall);
    server.callHandler(InferenceGrpcService.Quota, this::onAsk);
  }

  private void onCall(GrpcServerRequest<InferRequest, InferEvent> call) {
    Optional<NodeId> edge = edgeOf(call.connection());
    if (edge.isEmpty()) {
      refuse(call, GrpcStatus.PERMISSION_DENIED, "only edges of the mesh may forward requests");
      return;
    }
    InferenceCall running = new InferenceCall(call.response());
    call.exceptionHandler(_ -> running.onClientGone());
    call.errorHandler(_ -> running.onClientGone());
    call.response().exceptionHandler(_ -> running.onClientGone());
    call.invalidMessageHandler(
        _ -> refuse(call, GrpcStatus.INVALID_ARGUMENT, "the request cannot be read"));
    call.handler(message -> onRequest(call, edge.get(), running, message));
  }

  private void onRequest(
      GrpcServerRequest<InferRequest, InferEvent> call,
      NodeId edge,
      InferenceCall running,
      InferRequest message) {
    Upstream.Attempt attempt;
    try {
      ServingRequest request = InferWire.fromProto(message);
      Price price = OfferWire.fromProto(message.getPrice());
      attempt =
          new Upstream.Attempt(
              request,
              self.get(),
              message.getAttempt(),
              message.getReservedTokens(),
              message.getDecodeTokens(),
              price,
              edge);
    } catch (IllegalArgumentException refused) {
      refuse(call, GrpcStatus.INVALID_ARGUMENT, String.valueOf(refused.getMessage()));
      return;
    }
    running.start(dispatch, attempt);
  }

  /** Fails closed: no certificate, an unreadable one or another role is no edge. */
  private Optional<NodeId> edgeOf(HttpConnection connection) {
    try {
      return peerOf
          .apply(connection)
          .flatMap(peer ->
              peer instanceof PeerIdentity.Node node && node.roles().contains(Role.EDGE)
                  ? Optional.of(node.id())
                  : Optional.empty());
    } catch (IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  private void onAsk(GrpcServerRequest<QuotaRequest, QuotaResponse> call) {
    Optional<NodeId> edge = edgeOf(call.connection());
    if (edge.isEmpty()) {
      refuse(call, GrpcStatus.PERMISSION_DENIED, "only edges of the mesh have quotas");
      return;
    }
    call.exceptionHandler(_ -> {});
    call.errorHandler(_ -> {});
    call.response().exceptionHandler(_ -> {});
    call.invalidMessageHandler(
        _ -> refuse(call, GrpcStatus.INVALID_ARGUMENT, "the request cannot be read"));
    call.handler(message -> {
      try {
        quotas
            .apply(edge.get(), QuotaWire.fromProto(message))
            .ifPresentOrElse(
                grant -> {
                  var _ = call.response().end(QuotaWire.toProto(grant));
                },
                () -> refuse(call, GrpcStatus.UNIMPLEMENTED, "this node keeps no quotas"));
      } catch (IllegalArgumentException refused) {
        refuse(call, GrpcStatus.INVALID_ARGUMENT, String.valueOf(refused.getMessage()));
      }
    });
  }

  private static <A, B> void refuse(
      GrpcServerRequest<A, B> call, GrpcStatus status, String message) {
    var _ = call.response().status(status).statusMessage(message).end();
  }
}
