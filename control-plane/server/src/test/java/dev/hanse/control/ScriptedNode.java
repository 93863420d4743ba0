package dev.hanse.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.control.v1.Beat;
import dev.hanse.api.control.v1.ControlGrpcClient;
import dev.hanse.api.control.v1.Goodbye;
import dev.hanse.api.control.v1.Hello;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.wire.MemberWire;
import dev.hanse.api.wire.OfferWire;
import dev.hanse.control.membership.Mesh;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A node that says exactly what a test tells it to, over real mTLS. */
public final class ScriptedNode implements AutoCloseable {
  final Bench bench;
  final NodeId id;
  final RegionId region;
  final MeshIdentity identity;
  final GrpcClient client;
  final SocketAddress address;
  private final AtomicLong sequence = new AtomicLong(1);
  private final Queue<ReportResponse> answers = new ConcurrentLinkedQueue<>();
  private CompletableFuture<GrpcStatus> ended = new CompletableFuture<>();
  private long timer = -1;

  ScriptedNode(
      Bench bench, RegionId region, String name, RegionId controlRegion, Endpoint control) {
    this(bench, region, name, controlRegion, control, Set.of("edge", "provider"));
  }

  ScriptedNode(
      Bench bench,
      RegionId region,
      String name,
      RegionId controlRegion,
      Endpoint control,
      Set<String> roles) {
    this(
        bench, region, name, controlRegion, control, bench.ca.node(region, Mesh.node(name), roles));
  }

  /** One that enrolled by itself. */
  ScriptedNode(
      Bench bench,
      RegionId region,
      String name,
      RegionId controlRegion,
      Endpoint control,
      MeshIdentity identity) {
    this.bench = bench;
    this.region = region;
    this.id = Mesh.node(name);
    this.identity = identity;
    this.client =
        GrpcClient.builder(bench.vertx)
            .with(new GrpcClientOptions().setMaxMessageSize(16 << 20))
            .with(MeshTls.client(identity))
            .build();
    this.address = MeshTls.address(control, PeerIdentity.dnsNameOfControl(controlRegion));
  }

  Member member(long incarnation) {
    return Mesh.member(region, id.name(), incarnation);
  }

  /** Opens a Report stream; {@link #answers} and {@link #ended} tell what comes of it. */
  GrpcClientRequest<ReportRequest, ReportResponse> report() {
    answers.clear();
    CompletableFuture<GrpcStatus> end = new CompletableFuture<>();
    ended = end;
    GrpcClientRequest<ReportRequest, ReportResponse> request =
        Bench.get(client.request(address, ControlGrpcClient.Report));
    request.exceptionHandler(failure -> end.complete(GrpcStatus.CANCELLED));
    request
        .response()
        .onSuccess(response -> {
          response.handler(answers::add);
          response.exceptionHandler(failure -> end.complete(GrpcStatus.CANCELLED));
          response.endHandler(over -> end.complete(response.status()));
        })
        .onFailure(failure -> end.complete(GrpcStatus.UNAVAILABLE));
    return request;
  }

  /** Reports from now on as a real node does: Hello, then beats. */
  GrpcClientRequest<ReportRequest, ReportResponse> join(long incarnation) {
    GrpcClientRequest<ReportRequest, ReportResponse> stream = report();
    Bench.get(stream.write(hello(member(incarnation))));
    stopBeating();
    CompletableFuture<GrpcStatus> end = ended;
    timer =
        bench.vertx.setPeriodic(
            50,
            due -> {
              if (!end.isDone()) {
                var _ = stream.write(beat(MemberState.READY, List.of()));
              }
            });
    return stream;
  }

  void stopBeating() {
    bench.vertx.cancelTimer(timer);
  }

  ReportRequest hello(Member member) {
    return ReportRequest.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setMember(MemberWire.toProto(member))
                .setLoad(MemberWire.toProto(load())))
        .build();
  }

  ReportRequest beat(MemberState state, List<ModelOffer> offers) {
    return ReportRequest.newBuilder()
        .setBeat(
            Beat.newBuilder()
                .setState(MemberWire.toProto(state))
                .addAllOffers(offers.stream().map(OfferWire::toProto).toList())
                .setLoad(MemberWire.toProto(load())))
        .build();
  }

  static ReportRequest goodbye() {
    return ReportRequest.newBuilder().setGoodbye(Goodbye.getDefaultInstance()).build();
  }

  private Load load() {
    return Mesh.load(sequence.getAndIncrement());
  }

  List<ReportResponse> answers() {
    return List.copyOf(answers);
  }

  CompletableFuture<GrpcStatus> ended() {
    return ended;
  }

  Watcher watch() {
    return new Watcher(Bench.get(client.request(address, ControlGrpcClient.Watch)));
  }

  @Override
  public void close() {
    stopBeating();
    Bench.get(client.close());
  }
}
