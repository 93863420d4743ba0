package dev.hanse.control.federation;

import dev.hanse.api.RegionId;
import dev.hanse.api.control.v1.FederationGrpcService;
import dev.hanse.api.control.v1.RegionUpdate;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The {@code hanse.control.v1.Federation} service: takes the Exchange streams other control planes
 * open. Only a control plane may, and only for its own region. Runs on the membership's event loop.
 */
public final class FederationRpc {
  /** What a peer may open over and over before its dead streams are noticed. */
  private static final int STREAMS_PER_REGION = 4;

  private final Membership membership;
  private final Supplier<Moment> clock;
  private final Function<HttpConnection, Optional<PeerIdentity>> peers;
  private final ControlMetrics metrics;
  private final Set<RegionLink> links = new LinkedHashSet<>();

  public FederationRpc(
      Membership membership,
      Supplier<Moment> clock,
      Function<HttpConnection, Optional<PeerIdentity>> peers,
      ControlMetrics metrics) {
    this.membership = membership;
    this.clock = clock;
    this.peers = peers;
    this.metrics = metrics;
  }

  public void bind(GrpcServer server) {
    server.callHandler(FederationGrpcService.Exchange, this::accept);
  }

  private void accept(GrpcServerRequest<RegionUpdate, RegionUpdate> request) {
    Optional<RegionId> peer = controlPlane(request);
    if (peer.isEmpty()) {
      metrics.peerRefused(request.fullMethodName());
      refuse(
          request,
          GrpcStatus.PERMISSION_DENIED,
          "only the control plane of another region may exchange");
    } else if (links.size() >= STREAMS_PER_REGION * membership.terms().maxRegions()) {
      metrics.boundHit("federation-streams");
      refuse(request, GrpcStatus.RESOURCE_EXHAUSTED, "too many federation streams");
    } else {
      join(peer.get(), request);
    }
  }

  private Optional<RegionId> controlPlane(GrpcServerRequest<?, ?> request) {
    return peers
        .apply(request.connection())
        .flatMap(peer ->
            switch (peer) {
              case PeerIdentity.ControlPlane control -> Optional.of(control.region());
              case PeerIdentity.Node node -> Optional.<RegionId>empty();
            })
        .filter(region -> !region.equals(membership.region()));
  }

  private static void refuse(
      GrpcServerRequest<RegionUpdate, RegionUpdate> request, GrpcStatus status, String message) {
    var _ = request.response().status(status).statusMessage(message).end();
  }

  private void join(RegionId peer, GrpcServerRequest<RegionUpdate, RegionUpdate> request) {
    RegionLink link =
        new RegionLink(
            membership, peer, request.response(), request.response()::cancel, clock, metrics);
    links.add(link);
    request.handler(link::receive);
    request.invalidMessageHandler(broken -> {
      leave(link);
      refuse(request, GrpcStatus.INVALID_ARGUMENT, "not a message of this service");
    });
    request.endHandler(ended -> {
      leave(link);
      var _ = request.response().end();
    });
    request.exceptionHandler(failure -> leave(link));
    request.response().exceptionHandler(failure -> leave(link));
    link.pump();
  }

  private void leave(RegionLink link) {
    link.over();
    links.remove(link);
  }

  /** To be called after each tick of the membership. */
  public void tick(Moment now) {
    List.copyOf(links).forEach(link -> link.tick(now));
  }
}
