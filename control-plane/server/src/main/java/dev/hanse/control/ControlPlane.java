package dev.hanse.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.tls.RevokedPeers;
import dev.hanse.attestation.challenge.Challenges;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.admin.AdminApi;
import dev.hanse.control.federation.FederationDialer;
import dev.hanse.control.federation.FederationRpc;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.ledger.Keeper;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.market.Market;
import dev.hanse.control.membership.Denials;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.RegionProfile;
import dev.hanse.control.rpc.Callers;
import dev.hanse.control.rpc.ControlRpc;
import dev.hanse.control.rpc.EnrollmentRpc;
import dev.hanse.control.workflow.AddressRate;
import dev.hanse.control.workflow.Enrolment;
import dev.hanse.control.workflow.EnrolmentOutcome;
import dev.hanse.control.workflow.Reappraisal;
import dev.hanse.control.workflow.Transcripts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A control plane's rooms, put together, on the event loop they share. */
final class ControlPlane extends VerticleBase {
  private static final Logger LOG = System.getLogger(ControlPlane.class.getName());
  private static final String ENROLMENT = "/hanse.enroll.v1.Enrollment/";
  private static final String FEDERATION = "/hanse.control.v1.Federation/";

  /** A report holds at most a few hundred offers; watch requests hold less. */
  private static final long MAX_MESSAGE_BYTES = 256 * 1024;

  /** A whole region: a few thousand members with their offers, and every client key. */
  private static final long MAX_REGION_BYTES = 16 * 1024 * 1024;

  /** Beats keep a connection that is in use far from it. */
  private static final int RPC_IDLE_SECONDS = 120;

  /** Between attempts, however short-lived the leaves are. */
  private static final long SOONEST_RENEWAL_MILLIS = 100;

  private static final int ADMIN_IDLE_SECONDS = 30;

  /** A node that enrolled within the last second of a crashed process enrols again. */
  private static final int TICKS_BETWEEN_SAVES = 10;

  private final ControlConfig config;
  private final ControlGraph.Parts parts;
  private final Membership membership;
  private final Market market;
  private final JoinTokens joinTokens;
  private final Keeper keeper;
  private final ControlRpc controlRpc;
  private final FederationRpc federationRpc;
  private final FederationDialer dialer;
  private final HttpServer rpcServer;
  private final HttpServer adminServer;
  private MeshIdentity identity;
  private GrpcClient peerClient;
  private long ticks;
  private final RevokedPeers revoked = new RevokedPeers();
  private long revocationsSeen = -1;
  private final Rejudging rejudging;

  ControlPlane(
      Vertx vertx, ControlConfig config, ControlGraph.Parts parts, Ledger.Contents contents) {
    this.config = config;
    this.parts = parts;
    identity = parts.authority().controlIdentity();
    SecureRandom random = new SecureRandom();
    market =
        new Market(
            config.region(),
            config.market().terms(config.terms().maxMembers()),
            parts.clock().get().wall());
    if (config.placementSeed().isEmpty()) {
      LOG.log(Level.WARNING, "no placement-seed: who chooses keys can choose nodes");
    }
    membership =
        new Membership(
            new RegionProfile(
                config.region(),
                config.residency().orElse(config.region().value()),
                config.advertise().orElse(config.listen())),
            config.terms(),
            contents.remembered(),
            contents.keys(),
            market::priced,
            new Denials(config.terms().maxMembers(), contents.revocations(), contents.results()),
            parts.clock().get());
    parts.floors().remember(contents.floors());
    parts.tpms().remember(contents.tpms());
    Recalled recalled =
        Recalled.from(
            parts.ledger(),
            membership.denials().results(),
            parts.authority(),
            new Transcripts(2 * config.terms().maxMembers(), config.bounds().evidenceBytes()),
            parts.clock().get().wall(),
            parts.metrics());
    rejudging =
        new Rejudging(
            vertx,
            membership,
            new Reappraisal(parts.authority(), () -> parts.clock().get().wall()),
            recalled,
            parts.appraiser(),
            parts.clock(),
            parts.metrics());
    joinTokens = new JoinTokens(contents.joinTokens());
    keeper =
        new Keeper(
            parts.ledger(),
            new Keeper.Sources(
                membership, joinTokens, parts.floors(), parts.tpms(), recalled.transcripts()),
            recalled.there(),
            parts.metrics());

    Callers callers = new CertifiedCallers(parts.authority().trustDomain(), revoked);
    controlRpc =
        new ControlRpc(membership, market, config.seed(), parts.clock(), callers, parts.metrics());
    federationRpc = new FederationRpc(membership, parts.clock(), callers::peerOf, parts.metrics());
    Enrolment enrolment =
        new Enrolment(
            parts.authority(),
            new Challenges(random),
            rejudging::inForce,
            parts.activations(),
            membership.denials()::inForce,
            this::providerOf,
            AddressRate.standard(),
            () -> parts.clock().get().wall());
    GrpcServer everybody = grpc(vertx, MAX_MESSAGE_BYTES);
    GrpcServer newcomers = grpc(vertx, EnrollmentRpc.MAX_MESSAGE_BYTES);
    new EnrollmentRpc(vertx, enrolment, callers::renewing, this::attested).bind(newcomers);
    controlRpc.bind(everybody);
    GrpcServer regions = grpc(vertx, MAX_REGION_BYTES);
    federationRpc.bind(regions);
    rpcServer =
        vertx
            .createHttpServer(rpcOptions(config, identity))
            .connectionHandler(MeshTls.untilPeerExpires(vertx))
            .requestHandler(byService(everybody, newcomers, regions));

    peerClient = client(vertx, identity);
    dialer =
        new FederationDialer(
            vertx,
            () -> peerClient,
            config.peers(),
            (region, endpoint) ->
                MeshTls.resolve(vertx, endpoint, PeerIdentity.dnsNameOfControl(region)),
            membership,
            parts.clock(),
            random,
            parts.metrics());

    adminServer =
        vertx
            .createHttpServer(adminOptions(config))
            .requestHandler(
                new AdminApi(
                        vertx,
                        config.admin().token(),
                        new AdminApi.Subject(
                            membership,
                            market,
                            joinTokens,
                            () -> Future.fromCompletionStage(keeper.flush(), home()),
                            controlRpc::watchers,
                            controlRpc::drain,
                            parts.clock(),
                            random))
                    .handler());
  }

  private static GrpcServer grpc(Vertx vertx, long maxMessageBytes) {
    return GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(maxMessageBytes));
  }

  private static GrpcClient client(Vertx vertx, MeshIdentity identity) {
    return GrpcClient.builder(vertx)
        .with(new GrpcClientOptions().setMaxMessageSize(MAX_REGION_BYTES))
        .with(MeshTls.client(identity))
        .build();
  }

  private static HttpServerOptions rpcOptions(ControlConfig config, MeshIdentity identity) {
    HttpServerOptions options = MeshTls.server(identity, ClientAuth.REQUEST);
    options
        .setHost(config.listen().host())
        .setPort(config.listen().port())
        .setIdleTimeout(RPC_IDLE_SECONDS);
    return options;
  }

  private static HttpServerOptions adminOptions(ControlConfig config) {
    HttpServerOptions options = new HttpServerOptions();
    options
        .setHost(config.admin().listen().host())
        .setPort(config.admin().listen().port())
        .setTcpNoDelay(true)
        .setIdleTimeout(ADMIN_IDLE_SECONDS);
    return options;
  }

  /** One port for all; only control planes may send messages of a region's size. */
  private static Handler<HttpServerRequest> byService(
      GrpcServer everybody, GrpcServer newcomers, GrpcServer regions) {
    return request -> {
      if (request.path() != null && request.path().startsWith(FEDERATION)) {
        regions.handle(request);
      } else if (request.path() != null && request.path().startsWith(ENROLMENT)) {
        newcomers.handle(request);
      } else {
        everybody.handle(request);
      }
    };
  }

  private boolean attested(EnrolmentOutcome.Enrolled enrolled) {
    IssuedIdentity issued = enrolled.identity();
    Moment now = parts.clock().get();
    boolean known = membership.attested(issued.node().id(), issued.attestation(), now);
    if (known) {
      membership
          .denials()
          .appraised(
              new NodeResult(
                  issued.node().id(),
                  issued.stamp().summary().technology(),
                  issued.stamp().policy(),
                  issued.stamp().policy(),
                  issued.stamp().evidenceDigest(),
                  issued.facts(),
                  issued.attestation().expiresAt(),
                  issued.notAfter(),
                  issued.token()),
              now.wall());
      rejudging.issued(enrolled);
    } else {
      parts.metrics().boundHit("members");
    }
    return known;
  }

  Future<ControlGraph.Rejudged> appraiseBy(Appraiser next) {
    return rejudging.appraiseBy(next);
  }

  @Override
  public Future<?> start() {
    rejudging.begin();
    return Future.fromCompletionStage(keeper.flush(), home())
        .compose(saved -> rpcServer.listen())
        .compose(listening -> adminServer.listen())
        .map(listening -> {
          membership.announce(config.advertise().orElse(rpc()));
          vertx.setPeriodic(config.timing().coalesce().toMillis(), timer -> tick());
          dialer.start();
          renewInTime();
          return listening;
        })
        .recover(failure -> stop().transform(stopped -> Future.<HttpServer>failedFuture(failure)));
  }

  private void tick() {
    Moment now = parts.clock().get();
    if (market.isDue(now.wall()) && market.turn(membership.reported(), now.wall())) {
      membership.repriced(now);
    }
    if (membership.tick(now)) {
      parts.metrics().published(membership.version(), membership.size());
    }
    if (membership.denials().revision() != revocationsSeen) {
      revocationsSeen = membership.denials().revision();
      revoked.update(membership.denials().inForce());
    }
    controlRpc.tick(now);
    federationRpc.tick(now);
    dialer.tick(now);
    ticks++;
    if (ticks % TICKS_BETWEEN_SAVES == 0) {
      rejudging.prune();
      keeper.flushIfIdle();
    }
  }

  /** The timer ends with the deployment; what others hold leases on stays in the ledger. */
  @Override
  public Future<?> stop() {
    dialer.close();
    rejudging.stop();
    rejudging.prune();
    return Future.join(rpcServer.close(), adminServer.close(), peerClient.close())
        .transform(closed -> Future.fromCompletionStage(keeper.flushAll(), home()))
        .transform(saved ->
            vertx.executeBlocking(() -> {
              parts.ledger().close();
              return saved.succeeded();
            }));
  }

  Future<Void> rotate(RegionAuthority next) {
    parts.authority().adopt(next);
    Promise<Void> rotated = Promise.promise();
    home()
        .runOnContext(home ->
            vertx
                .executeBlocking(parts.authority()::controlIdentity)
                .compose(renewed -> renew(Objects.requireNonNull(renewed)))
                .onComplete(rotated));
    return rotated.future();
  }

  private void renewInTime() {
    Duration left =
        Duration.between(parts.clock().get().wall(), parts.authority().renewAt(identity));
    vertx.setTimer(
        Math.max(SOONEST_RENEWAL_MILLIS, left.toMillis()),
        due ->
            vertx
                .executeBlocking(parts.authority()::controlIdentity)
                .compose(renewed -> renew(Objects.requireNonNull(renewed)))
                .onFailure(
                    failure -> LOG.log(Level.ERROR, "own identity could not be renewed", failure))
                .onComplete(again -> renewInTime()));
  }

  /** Connections made from now on show it; the links to other regions are dialled anew. */
  private Future<Void> renew(MeshIdentity renewed) {
    identity = renewed;
    GrpcClient before = peerClient;
    peerClient = client(vertx, renewed);
    return rpcServer
        .updateSSLOptions(MeshTls.serverSsl(renewed, ClientAuth.REQUEST))
        .onSuccess(updated ->
            LOG.log(Level.INFO, "own identity renewed, {0} updated={1}", renewed, updated))
        .compose(updated -> before.close());
  }

  Context home() {
    return context;
  }

  Endpoint rpc() {
    return new Endpoint(config.listen().host(), rpcServer.actualPort());
  }

  Endpoint admin() {
    return new Endpoint(config.admin().listen().host(), adminServer.actualPort());
  }

  RegionId region() {
    return config.region();
  }

  Membership membership() {
    return membership;
  }

  Optional<String> providerOf(String joinToken) {
    return joinTokens.providerOf(joinToken, parts.clock().get().wall());
  }
}
