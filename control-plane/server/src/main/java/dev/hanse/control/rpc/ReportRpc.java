package dev.hanse.control.rpc;

import dev.hanse.api.NodeId;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.NodeResult;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The open Report streams. Bounded: nodes may reconnect before their old stream is known dead. */
final class ReportRpc {
  private final Membership membership;
  private final BidDesk desk;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;
  private final Map<ReportStream, BooleanSupplier> streams = new LinkedHashMap<>();
  private long denialsSeen;

  ReportRpc(Membership membership, BidDesk desk, Supplier<Moment> clock, ControlMetrics metrics) {
    this.membership = membership;
    this.desk = desk;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Takes a node's stream.
   *
   * @param key its certificate's, which its bids must be signed with
   * @param stamped what its certificate was issued on: how a control plane that has lost its ledger
   *     knows the nodes it enrolled
   * @param trusted whether its certificate still counts
   */
  void accept(
      PeerIdentity.Node node,
      Optional<PublicKey> key,
      Optional<AttestationStamp> stamped,
      GrpcServerRequest<ReportRequest, ReportResponse> request,
      BooleanSupplier trusted) {
    if (streams.size() >= 2 * membership.terms().maxMembers()) {
      metrics.boundHit("report-streams");
      var _ =
          request
              .response()
              .status(GrpcStatus.RESOURCE_EXHAUSTED)
              .statusMessage("too many report streams")
              .end();
      return;
    }
    stamped.ifPresent(
        stamp -> membership.stamped(resultOf(node.id(), stamp), stamp.summary(), clock.get()));
    ReportStream stream =
        new ReportStream(
            node, key, desk, membership, clock, metrics, request.response(), streams::remove);
    streams.put(stream, trusted);
    request.handler(stream::receive);
    request.invalidMessageHandler(broken -> stream.unreadable());
    request.endHandler(ended -> stream.over());
    request.exceptionHandler(failure -> stream.over());
  }

  private static NodeResult resultOf(NodeId node, AttestationStamp stamp) {
    return new NodeResult(
        node,
        stamp.summary().technology(),
        stamp.policy(),
        stamp.policy(),
        stamp.evidenceDigest(),
        Map.of(),
        stamp.summary().expiresAt(),
        stamp.summary().expiresAt(),
        "");
  }

  void tick(Moment now) {
    if (membership.denials().revision() != denialsSeen) {
      denialsSeen = membership.denials().revision();
      Map.copyOf(streams)
          .forEach((stream, trusted) -> {
            if (!trusted.getAsBoolean()) {
              stream.expel();
            }
          });
    }
    List.copyOf(streams.keySet()).forEach(stream -> stream.tick(now));
  }

  void drain(NodeId id, boolean drain) {
    streams.keySet().stream()
        .filter(stream -> stream.isOf(id))
        .forEach(stream -> stream.drain(drain));
  }
}
