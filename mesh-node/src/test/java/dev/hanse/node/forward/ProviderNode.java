package dev.hanse.node.forward;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Member;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.node.dispatch.DispatchLimits;
import dev.hanse.node.dispatch.Dispatcher;
import dev.hanse.node.dispatch.Engine;
import dev.hanse.node.dispatch.FakeProvider;
import dev.hanse.node.dispatch.QuotaLimits;
import dev.hanse.node.routing.SampleMesh;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A provider node for tests: a fake engine behind a dispatcher behind the gRPC service. */
final class ProviderNode {
  final FakeProvider engine;
  final Dispatcher dispatcher;
  final Member member;
  private final HttpServer server;
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

  ProviderNode(
      Vertx vertx,
      String id,
      HttpServerOptions options,
      Function<HttpConnection, Optional<PeerIdentity>> peerOf) {
    this(vertx, id, options, peerOf, new FakeProvider(), 1_000_000, Optional.empty());
  }

  private ProviderNode(
      Vertx vertx,
      String id,
      HttpServerOptions options,
      Function<HttpConnection, Optional<PeerIdentity>> peerOf,
      FakeProvider engine,
      long workTokens,
      Optional<QuotaLimits> quotas) {
    this(
        vertx,
        id,
        options,
        peerOf,
        engine,
        workTokens,
        new Dispatcher(
            vertx,
            List.of(new Engine(engine, Map.of(SampleMesh.MODEL, "engine-model"))),
            DispatchLimits.ofWorkTokens(workTokens),
            quotas,
            InstantSource.system()));
  }

  private ProviderNode(
      Vertx vertx,
      String id,
      HttpServerOptions options,
      Function<HttpConnection, Optional<PeerIdentity>> peerOf,
      FakeProvider engine,
      long workTokens,
      Dispatcher dispatcher) {
    this.engine = engine;
    this.dispatcher = dispatcher;
    GrpcServer grpc =
        GrpcServer.server(
            vertx, new GrpcServerOptions().setMaxMessageSize(PeerChannels.MAX_MESSAGE_BYTES));
    new InferenceRpc(dispatcher, this::self, dispatcher::ask, peerOf).bind(grpc);
    server =
        await(
            vertx
                .createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .connectionHandler(connections::add)
                .requestHandler(grpc)
                .listen());
    member =
        SampleMesh.node(id)
            .workTokens(workTokens)
            .address(new Endpoint("127.0.0.1", server.actualPort()))
            .member();
  }

  /** Without TLS, keeping quotas. */
  static ProviderNode withQuotas(Vertx vertx, String id, PeerIdentity peer, long workTokens) {
    return new ProviderNode(
        vertx,
        id,
        new HttpServerOptions().setHttp2ClearTextEnabled(true),
        _ -> Optional.of(peer),
        new FakeProvider(),
        workTokens,
        Optional.of(QuotaLimits.DEFAULT));
  }

  /** Another door to the same node: without TLS, who comes is told by the door. */
  ProviderNode doorFor(Vertx vertx, PeerIdentity peer) {
    return new ProviderNode(
        vertx,
        member.id().toString(),
        new HttpServerOptions().setHttp2ClearTextEnabled(true),
        _ -> Optional.of(peer),
        engine,
        member.capacity().workTokens(),
        dispatcher);
  }

  /** Without TLS, to whoever comes. */
  static ProviderNode plaintext(Vertx vertx, String id, PeerIdentity peer) {
    return new ProviderNode(
        vertx, id, new HttpServerOptions().setHttp2ClearTextEnabled(true), _ -> Optional.of(peer));
  }

  private Member self() {
    return member;
  }

  /** As if its process had been killed: every socket is closed at once, nobody is told why. */
  void kill() {
    connections.forEach(connection -> {
      var _ = connection.close();
    });
    var _ = await(server.shutdown(0, TimeUnit.MILLISECONDS).map(_ -> true));
  }

  static <T> T await(io.vertx.core.Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
