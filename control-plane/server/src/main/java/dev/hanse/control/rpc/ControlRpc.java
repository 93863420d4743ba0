package dev.hanse.control.rpc;

import dev.hanse.api.NodeId;
import dev.hanse.api.Role;
import dev.hanse.api.control.v1.ControlGrpcService;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.control.market.Market;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The {@code hanse.control.v1.Control} service. Everything in it runs on the membership's event
 * loop: the connections' handlers because the server was started there, {@link #tick} because the
 * composition root calls it from there.
 */
public final class ControlRpc {
  private final Membership membership;
  private final Callers callers;
  private final ControlMetrics metrics;
  private final ReportRpc reports;
  private final WatchRpc watches;

  /**
   * Serves a membership and its market.
   *
   * @param placementSeed the mesh's secret, told to edges and to nobody else; 0 for none
   */
  public ControlRpc(
      Membership membership,
      Market market,
      long placementSeed,
      Supplier<Moment> clock,
      Callers callers,
      ControlMetrics metrics) {
    this.membership = membership;
    this.callers = callers;
    this.metrics = metrics;
    this.reports =
        new ReportRpc(membership, new BidDesk(market, membership, metrics), clock, metrics);
    this.watches = new WatchRpc(membership, placementSeed, clock, metrics);
  }

  public void bind(GrpcServer server) {
    server.callHandler(
        ControlGrpcService.Report,
        request -> {
          Optional<PeerIdentity.Node> node = node(request);
          if (node.isEmpty()) {
            refuse(request, GrpcStatus.UNAUTHENTICATED, "only an enrolled node may report");
          } else if (!node.get().region().equals(membership.region())) {
            refuse(
                request,
                GrpcStatus.PERMISSION_DENIED,
                "a node of "
                    + node.get().region()
                    + " reports to its own region, this is "
                    + membership.region());
          } else {
            reports.accept(
                node.get(),
                callers.keyOf(request.connection()),
                callers.stampOf(request.connection()),
                request,
                () -> node(request).isPresent());
          }
        });
    server.callHandler(
        ControlGrpcService.Watch,
        request -> {
          Optional<PeerIdentity.Node> node = node(request);
          if (node.isEmpty()) {
            refuse(request, GrpcStatus.UNAUTHENTICATED, "only an enrolled node may watch");
          } else {
            watches.accept(
                node.get().roles().contains(Role.EDGE), request, () -> node(request).isPresent());
          }
        });
  }

  private Optional<PeerIdentity.Node> node(GrpcServerRequest<?, ?> request) {
    return callers
        .peerOf(request.connection())
        .flatMap(peer ->
            switch (peer) {
              case PeerIdentity.Node node -> Optional.of(node);
              case PeerIdentity.ControlPlane other -> Optional.<PeerIdentity.Node>empty();
            });
  }

  private void refuse(GrpcServerRequest<?, ?> request, GrpcStatus status, String message) {
    metrics.peerRefused(request.fullMethodName());
    var _ = request.response().status(status).statusMessage(message).end();
  }

  /** To be called after each tick of the membership. */
  public void tick(Moment now) {
    reports.tick(now);
    watches.tick(now);
  }

  /** Tells a node's open stream to drain or not; without one it learns with its next Hello. */
  public void drain(NodeId id, boolean drain) {
    reports.drain(id, drain);
  }

  public int watchers() {
    return watches.size();
  }
}
