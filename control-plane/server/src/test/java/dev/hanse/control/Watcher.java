package dev.hanse.control;

import dev.hanse.api.Snapshot;
import dev.hanse.api.SnapshotFold;
import dev.hanse.api.control.v1.Ack;
import dev.hanse.api.control.v1.Nack;
import dev.hanse.api.control.v1.Subscribe;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.ViewWire;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A Watch stream that folds what it gets, as an edge does. */
final class Watcher {
  private final GrpcClientRequest<WatchRequest, WatchResponse> request;
  private final CompletableFuture<GrpcClientResponse<WatchRequest, WatchResponse>> response =
      new CompletableFuture<>();
  private final CompletableFuture<GrpcStatus> ended = new CompletableFuture<>();
  private final Queue<WatchResponse> messages = new ConcurrentLinkedQueue<>();
  private final Queue<Snapshot> views = new ConcurrentLinkedQueue<>();
  private volatile Optional<Snapshot> latest = Optional.empty();

  Watcher(GrpcClientRequest<WatchRequest, WatchResponse> request) {
    this.request = request;
    request.exceptionHandler(failure -> ended.complete(GrpcStatus.CANCELLED));
    request
        .response()
        .onSuccess(opened -> {
          opened.handler(this::receive);
          opened.exceptionHandler(failure -> ended.complete(GrpcStatus.CANCELLED));
          opened.endHandler(over -> ended.complete(opened.status()));
          response.complete(opened);
        })
        .onFailure(failure -> ended.complete(GrpcStatus.UNAVAILABLE));
  }

  Watcher subscribe(long epoch, long version) {
    Bench.get(
        request.write(
            WatchRequest.newBuilder()
                .setSubscribe(Subscribe.newBuilder().setEpoch(epoch).setVersion(version))
                .build()));
    return this;
  }

  private void receive(WatchResponse message) {
    if (message.hasRevocations()) {
      return;
    }
    messages.add(message);
    Snapshot next =
        message.hasSnapshot()
            ? ViewWire.fromProto(message.getSnapshot())
            : switch (SnapshotFold.apply(
                latest.orElseThrow(), ViewWire.fromProto(message.getDelta()))) {
              case SnapshotFold.Outcome.Applied(var applied) -> applied;
              case SnapshotFold.Outcome.Refused(var reason) -> throw new AssertionError(reason);
            };
    latest = Optional.of(next);
    views.add(next);
    var _ =
        request.write(
            WatchRequest.newBuilder().setAck(Ack.newBuilder().setVersion(next.version())).build());
  }

  void nack(long version) {
    Bench.get(
        request.write(
            WatchRequest.newBuilder()
                .setNack(Nack.newBuilder().setVersion(version).setReason("a test says so"))
                .build()));
  }

  void pause() {
    response.join().pause();
  }

  void resume() {
    response.join().resume();
  }

  Optional<Snapshot> latest() {
    return latest;
  }

  /** Every view it ever held, in order. */
  List<Snapshot> views() {
    return List.copyOf(views);
  }

  List<WatchResponse> messages() {
    return List.copyOf(messages);
  }

  CompletableFuture<GrpcStatus> ended() {
    return ended;
  }
}
