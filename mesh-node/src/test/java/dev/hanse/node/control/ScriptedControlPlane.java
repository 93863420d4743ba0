package dev.hanse.node.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.ControlGrpcService;
import dev.hanse.api.control.v1.Drain;
import dev.hanse.api.control.v1.LeaseGranted;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.ViewWire;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import io.vertx.grpc.server.GrpcServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A control plane over real sockets that grants every lease and says what the test tells it to. */
final class ScriptedControlPlane extends ControlGrpcService {
  final List<ReportRequest> reports = new CopyOnWriteArrayList<>();
  final List<WatchRequest> watches = new CopyOnWriteArrayList<>();
  final List<WriteStream<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  final List<WriteStream<ReportResponse>> reporters = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private volatile Runnable onReport = () -> {};
  volatile Snapshot first = Samples.snapshot(7, 1);

  ScriptedControlPlane(Vertx vertx, HttpServerOptions options, int port) throws Exception {
    GrpcServer grpc = GrpcServer.server(vertx);
    bind(grpc);
    server = await(vertx.createHttpServer(options).requestHandler(grpc).listen(port, "127.0.0.1"));
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", server.actualPort());
  }

  void stop() throws Exception {
    var _ = await(server.close().map(true));
  }

  void drain() {
    reporters
        .getLast()
        .write(ReportResponse.newBuilder().setDrain(Drain.newBuilder().setDrain(true)).build());
  }

  void tell(dev.hanse.api.Delta delta) {
    watchers.getLast().write(WatchResponse.newBuilder().setDelta(ViewWire.toProto(delta)).build());
  }

  /** Blocks the thread that reads what reporters send. */
  void freezeUntil(CountDownLatch thawed) {
    onReport =
        () -> {
          try {
            var _ = thawed.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        };
  }

  @Override
  public void report(ReadStream<ReportRequest> requests, WriteStream<ReportResponse> responses) {
    requests.exceptionHandler(reset -> {});
    requests.handler(request -> {
      onReport.run();
      reports.add(request);
      if (request.hasHello()) {
        reporters.add(responses);
        responses.write(
            ReportResponse.newBuilder()
                .setLease(LeaseGranted.newBuilder().setBeatIntervalMillis(50).setLeaseMillis(300))
                .build());
      }
    });
    requests.endHandler(ended -> responses.end());
  }

  @Override
  public void watch(ReadStream<WatchRequest> requests, WriteStream<WatchResponse> responses) {
    requests.exceptionHandler(reset -> {});
    requests.handler(request -> {
      watches.add(request);
      if (request.hasSubscribe() && request.getSubscribe().getVersion() == 0) {
        responses.write(WatchResponse.newBuilder().setSnapshot(ViewWire.toProto(first)).build());
      }
      if (request.hasSubscribe()) {
        watchers.add(responses);
      }
    });
    requests.endHandler(ended -> responses.end());
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
