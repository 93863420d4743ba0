package dev.hanse.control.rpc;

import dev.hanse.api.Delta;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.RevocationWire;
import dev.hanse.api.wire.ViewWire;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The open Watch streams, and the messages they share: the latest delta and the latest snapshot are
 * encoded once, however many watch.
 */
final class WatchRpc {
  private static final int MAX_WATCHERS = 10_000;

  private final Membership membership;
  private final long placementSeed;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private long deltaVersion = -1;
  private WatchResponse delta = WatchResponse.getDefaultInstance();
  private long revocationsRevision = -1;
  private WatchResponse revocations = WatchResponse.getDefaultInstance();
  private long snapshotVersion = -1;
  private WatchResponse snapshot = WatchResponse.getDefaultInstance();
  private WatchResponse edgeSnapshot = WatchResponse.getDefaultInstance();

  WatchRpc(
      Membership membership, long placementSeed, Supplier<Moment> clock, ControlMetrics metrics) {
    this.membership = membership;
    this.placementSeed = placementSeed;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Takes a watcher.
   *
   * @param places whether it is an edge, which needs the seed of placement; nobody else gets it
   * @param trusted whether its certificate still counts
   */
  void accept(
      boolean places,
      GrpcServerRequest<WatchRequest, WatchResponse> request,
      BooleanSupplier trusted) {
    if (streams.size() >= MAX_WATCHERS) {
      metrics.boundHit("watchers");
      var _ =
          request
              .response()
              .status(GrpcStatus.RESOURCE_EXHAUSTED)
              .statusMessage("too many watchers")
              .end();
      return;
    }
    WatchStream stream =
        new WatchStream(membership, clock, metrics, this, places, request.response(), trusted);
    streams.add(stream);
    request.handler(stream::receive);
    request.invalidMessageHandler(broken -> stream.refuse("not a message of this service"));
    request.endHandler(ended -> stream.close());
    request.exceptionHandler(failure -> stream.over());
  }

  void tick(Moment now) {
    List.copyOf(streams).forEach(stream -> stream.tick(now));
  }

  void remove(WatchStream stream) {
    streams.remove(stream);
  }

  int size() {
    return streams.size();
  }

  /** All that is revoked; encoded once for every watcher. */
  WatchResponse encodedRevocations() {
    long current = membership.denials().revision();
    if (current != revocationsRevision) {
      revocations =
          WatchResponse.newBuilder()
              .setRevocations(RevocationWire.toProto(membership.denials().inForce().all()))
              .build();
      revocationsRevision = current;
    }
    return revocations;
  }

  WatchResponse encoded(Delta next) {
    if (next.version() != deltaVersion) {
      delta = WatchResponse.newBuilder().setDelta(ViewWire.toProto(next)).build();
      deltaVersion = next.version();
    }
    return delta;
  }

  WatchResponse encoded(Snapshot whole, boolean places) {
    if (whole.version() != snapshotVersion) {
      var message = ViewWire.toProto(whole.withPlacementSeed(0));
      snapshot = WatchResponse.newBuilder().setSnapshot(message).build();
      edgeSnapshot =
          WatchResponse.newBuilder()
              .setSnapshot(message.toBuilder().setPlacementSeed(placementSeed))
              .build();
      snapshotVersion = whole.version();
    }
    return places ? edgeSnapshot : snapshot;
  }
}
