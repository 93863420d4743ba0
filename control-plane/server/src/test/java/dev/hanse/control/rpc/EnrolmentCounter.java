package dev.hanse.control.rpc;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Revocations;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.challenge.Challenges;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.AddressRate;
import dev.hanse.control.workflow.Enrolment;
import dev.hanse.control.workflow.EnrolmentOutcome;
import dev.hanse.control.workflow.Trust;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** An enrolment service of region eu-west on a real socket, its clock in the test's hand. */
final class EnrolmentCounter implements InstantSource {
  static final String TOKEN = "token-of-acme";

  final SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
  final MeshAuthority mesh =
      MeshAuthority.create("hanse.internal", InstantSource.system(), new SecureRandom());
  final RegionAuthority authority = mesh.region(new RegionId("eu-west"));
  final Map<NodeId, AttestationSummary> attested = new ConcurrentHashMap<>();

  final AtomicReference<Revocations> revocations = new AtomicReference<>(Revocations.NONE);

  volatile int room = 1000;

  private volatile Duration ahead = Duration.ZERO;
  private final HttpServer server;

  EnrolmentCounter(Vertx vertx, Set<String> technologies, AddressRate rate, int capacity)
      throws Exception {
    this(vertx, technologies, Activations.NONE, rate, capacity);
  }

  EnrolmentCounter(
      Vertx vertx,
      Set<String> technologies,
      Activations activations,
      AddressRate rate,
      int capacity)
      throws Exception {
    Appraiser appraiser =
        new Appraiser(
            List.of(new SimulatedVerifier(List.of(platform.root()))),
            AppraisalPolicy.allowing(technologies));
    Enrolment enrolment =
        new Enrolment(
            authority,
            new Challenges(new SecureRandom(), Challenges.TIME_TO_LIVE, capacity),
            () -> new Trust(0, appraiser),
            activations,
            revocations::get,
            token -> token.equals(TOKEN) ? Optional.of("acme") : Optional.empty(),
            rate,
            this);
    GrpcServer grpc =
        GrpcServer.server(
            vertx, new GrpcServerOptions().setMaxMessageSize(EnrollmentRpc.MAX_MESSAGE_BYTES));
    new EnrollmentRpc(vertx, enrolment, MeshTls::peerOf, this::admit).bind(grpc);
    server =
        await(
            vertx
                .createHttpServer(MeshTls.server(authority.controlIdentity(), ClientAuth.REQUEST))
                .requestHandler(grpc)
                .listen(0, "127.0.0.1"));
  }

  EnrolmentCounter(Vertx vertx) throws Exception {
    this(vertx, Set.of("simulated"), AddressRate.standard(), 100);
  }

  private boolean admit(EnrolmentOutcome.Enrolled enrolled) {
    IssuedIdentity issued = enrolled.identity();
    if (attested.size() >= room) {
      return false;
    }
    attested.put(issued.node().id(), issued.attestation());
    return true;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }

  void passTime(Duration time) {
    ahead = ahead.plus(time);
  }

  SocketAddress address() {
    return MeshTls.address(
        new Endpoint("127.0.0.1", server.actualPort()),
        PeerIdentity.dnsNameOfControl(authority.region()));
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
