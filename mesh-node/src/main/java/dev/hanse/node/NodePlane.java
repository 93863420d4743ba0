package dev.hanse.node;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Revocations;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.RevokedPeers;
import dev.hanse.node.admission.KeyRing;
import dev.hanse.node.control.ControlChannel;
import dev.hanse.node.control.Pace;
import dev.hanse.node.control.ReportClient;
import dev.hanse.node.control.StandingBids;
import dev.hanse.node.dispatch.Dispatcher;
import dev.hanse.node.dispatch.QuotaLimits;
import dev.hanse.node.edge.EdgeObserver;
import dev.hanse.node.edge.EdgePorts;
import dev.hanse.node.edge.EdgeServer;
import dev.hanse.node.forward.Forwarder;
import dev.hanse.node.forward.InferenceRpc;
import dev.hanse.node.forward.PeerChannels;
import dev.hanse.node.forward.QuotaCalls;
import dev.hanse.node.identity.Joining;
import dev.hanse.node.identity.NodeIdentity;
import dev.hanse.node.routing.Router;
import dev.hanse.node.routing.RoutingSettings;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.CompletionFlow;
import dev.hanse.node.serving.OutcomeTally;
import dev.hanse.node.serving.QuotaKeeper;
import dev.hanse.node.serving.Upstream;
import dev.hanse.node.serving.UpstreamByNode;
import dev.hanse.node.serving.WhileAttested;
import dev.hanse.node.telemetry.RequestLog;
import dev.hanse.node.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node's rooms, put together on the event loop they share: engines, then identity, then servers,
 * then the two streams to the control plane, and last the door for clients.
 */
final class NodePlane extends VerticleBase {
  private static final Logger LOG = System.getLogger(NodePlane.class.getName());

  private static final Duration ENROL_WITHIN = Duration.ofSeconds(30);

  private final NodeConfig config;
  private final NodeGraph.Parts parts;
  private final KeyRing keys;
  private final Router router;
  private final SelfDescription about;
  private final OutcomeTally outcomes = new OutcomeTally();
  private final MeshView view;

  // Built in start(), in this order; empty until then, and where the node has no such part.
  private Optional<Telemetry> telemetry = Optional.empty();
  private Optional<Engines> engines = Optional.empty();
  private Optional<Dispatcher> dispatcher = Optional.empty();
  private Optional<NodeIdentity> identity = Optional.empty();
  private Optional<HttpServer> rpcServer = Optional.empty();
  private Optional<PeerChannels> peers = Optional.empty();
  private Optional<ControlChannel> channel = Optional.empty();
  private Optional<ReportClient> reports = Optional.empty();
  private Optional<QuotaKeeper> quotas = Optional.empty();
  private Optional<EdgeServer> edge = Optional.empty();
  private Optional<WhileAttested> local = Optional.empty();

  private final RevokedPeers revoked = new RevokedPeers();

  NodePlane(NodeConfig config, NodeGraph.Parts parts) {
    this.config = config;
    this.parts = parts;
    this.keys = new KeyRing(parts.clock());
    this.router =
        Router.withQuotas(
            RoutingSettings.defaults(config.nodeId(), config.region())
                .withSpillOrder(config.spillOrder()),
            parts.clock(),
            parts.random().nextLong());
    this.view = new MeshView(config, keys, router, parts.random());
    this.about = new SelfDescription(config, parts.random().nextLong(1, Long.MAX_VALUE));
  }

  @Override
  public Future<?> start() {
    telemetry = config.telemetry().isOff() ? Optional.empty() : Optional.of(startTelemetry());
    if (config.isProvider()) {
      Engines made =
          new Engines(
              vertx,
              config.engines(),
              provider -> telemetry.map(on -> on.around(provider)).orElse(provider),
              parts.clock(),
              parts.random());
      Dispatcher dispatching =
          new Dispatcher(
              vertx,
              made.all(),
              config.capacity().limits(),
              Optional.of(QuotaLimits.DEFAULT),
              parts.clock());
      engines = Optional.of(made);
      dispatcher = Optional.of(dispatching);
      about.runs(made, dispatching);
      dispatching.start();
      telemetry.ifPresent(on -> on.observe(dispatching::load));
    }
    return advertise()
        .compose(known -> enrol())
        .compose(this::listenForPeers)
        .compose(this::watchTheMesh)
        .compose(watching -> openTheDoor())
        .map(open -> startReporting())
        .recover(failure -> stop().transform(stopped -> Future.failedFuture(failure)));
  }

  private Telemetry startTelemetry() {
    return Telemetry.start(
        new Telemetry.Identity(
            "hanse-node", config.nodeId().toString(), config.region().toString()),
        config.telemetry().otlp(),
        config.telemetry().sampled());
  }

  private Future<Void> advertise() {
    return config.isProvider()
        ? AdvertisedAddress.settled(vertx, config.listen(), config.advertise())
            .onSuccess(about::isReachedAt)
            .mapEmpty()
        : Future.succeededFuture();
  }

  private Future<MeshIdentity> enrol() {
    NodeIdentity joining =
        new NodeIdentity(
            vertx,
            new Joining(
                config.control().addresses(),
                config.region(),
                config.nodeId(),
                config.meshRoles(),
                about.address(),
                config.control().joinToken().orElse(""),
                parts.trust()),
            parts.keys(),
            parts.evidence(),
            parts.clock(),
            parts.random());
    identity = Optional.of(joining);
    about.isAttestedBy(joining);
    joining.onRenewed(this::renewed);
    joining.onExpired(() -> local.ifPresent(WhileAttested::cut));
    return joining.start(ENROL_WITHIN);
  }

  private void renewed(MeshIdentity fresh) {
    peers.ifPresent(open -> open.renew(fresh));
    rpcServer.ifPresent(server -> {
      var _ = server.updateSSLOptions(MeshTls.serverSsl(fresh, ClientAuth.REQUIRED, revoked));
    });
  }

  private Future<MeshIdentity> listenForPeers(MeshIdentity own) {
    if (dispatcher.isEmpty()) {
      return Future.succeededFuture(own);
    }
    Upstream arrivals =
        telemetry.map(on -> on.aroundArrivals(dispatcher.get())).orElse(dispatcher.get());
    GrpcServer grpc =
        GrpcServer.server(
            vertx, new GrpcServerOptions().setMaxMessageSize(PeerChannels.MAX_MESSAGE_BYTES));
    new InferenceRpc(arrivals, about::member, dispatcher.get()::ask).bind(grpc);
    HttpServerOptions options = MeshTls.server(own, ClientAuth.REQUIRED, revoked);
    Endpoint listen =
        new Endpoint(
            config.listen().host(),
            config.listen().port() != 0 ? config.listen().port() : about.address().port());
    options.setHost(listen.host()).setPort(listen.port());
    HttpServer server =
        vertx
            .createHttpServer(options)
            .connectionHandler(MeshTls.untilPeerExpires(vertx, revoked))
            .requestHandler(grpc);
    rpcServer = Optional.of(server);
    return server
        .listen()
        .map(own)
        .recover(cause ->
            Future.failedFuture(
                new IllegalStateException(
                    "the node cannot listen on " + listen + ": " + cause.getMessage(), cause)));
  }

  private Future<Void> watchTheMesh(MeshIdentity own) {
    peers = Optional.of(PeerChannels.mutual(vertx, own, revoked));
    ControlChannel control =
        ControlChannel.secure(
            vertx.getOrCreateContext(),
            config.control().addresses(),
            config.region(),
            () -> identity.orElseThrow().current());
    channel = Optional.of(control);
    return view.watch(vertx, control, this::onRevocations);
  }

  /** Last, because what is reported may be sent requests at once. */
  private ReportClient startReporting() {
    ReportClient reporting =
        new ReportClient(
            vertx.getOrCreateContext(),
            channel.orElseThrow(),
            Pace.DEFAULT,
            parts.random(),
            about::member,
            about::load,
            about::state,
            about::offers,
            about::drain,
            new StandingBids(
                config.nodeId(),
                about::asked,
                config.bids().validity(),
                () -> identity.orElseThrow().current().key(),
                parts.clock(),
                outcomes::take));
    reports = Optional.of(reporting);
    reporting.start();
    return reporting;
  }

  /**
   * Connections to and from whom it names end at once. Where it names this node, all of them do:
   * whoever is withdrawn together with it may never hear of it. It then brings fresh evidence.
   */
  private void onRevocations(Revocations now) {
    int cut = revoked.update(now);
    Optional<NodeIdentity> withdrawn =
        identity.filter(own -> revoked.against(own.current().chain().getFirst()).isPresent());
    if (withdrawn.isPresent()) {
      cut += revoked.closeAll();
      local.ifPresent(WhileAttested::cut);
      withdrawn.get().withdrawn();
    }
    LOG.log(Level.INFO, "revocations known={0} connectionsCut={1}", now.size(), cut);
  }

  private Future<Void> openTheDoor() {
    if (!config.isEdge()) {
      return Future.succeededFuture();
    }
    Upstream forward = new Forwarder(peers.orElseThrow(), Alarms.of(vertx));
    Upstream elsewhere = telemetry.map(on -> on.aroundForward(forward)).orElse(forward);
    local =
        dispatcher.map(here ->
            new WhileAttested(here, this::isAttested, () -> Dispatcher.currentContext(vertx)));
    Upstream upstream =
        local
            .<Upstream>map(here -> new UpstreamByNode(config.nodeId(), here, elsewhere))
            .orElse(elsewhere);
    CompletionFlow flow =
        new CompletionFlow(
            router,
            upstream,
            config.attempts().policy(),
            telemetry.map(Telemetry::serving).map(outcomes::and).orElse(outcomes),
            Alarms.of(vertx),
            parts.clock(),
            parts.random());
    quotas =
        Optional.of(
            new QuotaKeeper(
                vertx,
                router,
                new QuotaCalls(
                    peers.orElseThrow(),
                    config.nodeId(),
                    (asking, ask) -> dispatcher.flatMap(here -> here.ask(asking, ask)))));
    quotas.get().start();
    EdgeObserver measured = telemetry.map(Telemetry::edge).orElse(EdgeObserver.NONE);
    EdgeServer server =
        new EdgeServer(
            vertx,
            config.edge(),
            keys,
            new EdgePorts(
                flow,
                new RequestLog(measured, System.getLogger("dev.hanse.requests")),
                view::members,
                this::isReady,
                () ->
                    telemetry
                        .filter(on -> config.telemetry().prometheus())
                        .map(Telemetry::scrape)
                        .orElseGet(Buffer::buffer),
                router::explain),
            parts.random());
    edge = Optional.of(server);
    return server
        .start()
        .map(port -> {
          about.servesClientsAt(Objects.requireNonNull(port));
          return null;
        });
  }

  NodeConfig settings() {
    return config;
  }

  Optional<Engines> engines() {
    return engines;
  }

  Endpoint advertised() {
    return about.address();
  }

  OptionalInt edgePort() {
    return about.edgePort();
  }

  Load load() {
    return about.load();
  }

  boolean reprice(NodeConfig newer) {
    return about.reprice(newer);
  }

  /** Whether peers believe this node, as far as it has heard. Any thread. */
  private boolean isAttested() {
    return identity
        .filter(NodeIdentity::isValid)
        .filter(own -> revoked.against(own.current().chain().getFirst()).isEmpty())
        .isPresent();
  }

  boolean isReady() {
    return !about.isDraining() && isAttested() && (!config.isEdge() || view.hasCome());
  }

  /** Takes nothing new, tells everybody, and waits for what is in flight. */
  Future<Void> drain(Duration patience) {
    Promise<Void> drained = Promise.promise();
    context.runOnContext(here -> {
      about.leave();
      List<Future<?>> ends = new ArrayList<>();
      edge.ifPresent(server -> ends.add(server.drain(patience)));
      dispatcher.ifPresent(
          running -> ends.add(running.idle().timeout(patience.toMillis(), TimeUnit.MILLISECONDS)));
      Future.join(ends).<Void>mapEmpty().onComplete(done -> drained.tryComplete());
    });
    return drained.future();
  }

  /** Cuts this node's connections without a word, as a crash does. */
  Future<Void> crash() {
    List<Future<?>> cut = new ArrayList<>();
    rpcServer.ifPresent(server -> cut.add(server.close()));
    reports.ifPresent(reporting -> cut.add(reporting.abandon()));
    return Future.join(cut).mapEmpty();
  }

  @Override
  public Future<?> stop() {
    List<Future<?>> ends = new ArrayList<>();
    edge.ifPresent(server -> ends.add(server.close()));
    reports.ifPresent(reporting -> ends.add(reporting.close()));
    ends.add(view.close());
    quotas.ifPresent(QuotaKeeper::stop);
    identity.ifPresent(NodeIdentity::close);
    dispatcher.ifPresent(Dispatcher::stop);
    return Future.join(ends)
        .transform(closed -> {
          List<Future<?>> connections = new ArrayList<>();
          rpcServer.ifPresent(server -> connections.add(server.close()));
          peers.ifPresent(open -> connections.add(open.close()));
          channel.ifPresent(open -> connections.add(open.close()));
          engines.ifPresent(
              all -> all.all().forEach(engine -> connections.add(engine.provider().close())));
          return Future.join(connections);
        })
        .transform(closed ->
            vertx.<@Nullable Void>executeBlocking(() -> {
              telemetry.ifPresent(Telemetry::close);
              return null;
            }));
  }
}
