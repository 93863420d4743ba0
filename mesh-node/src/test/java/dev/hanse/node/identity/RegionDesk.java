package dev.hanse.node.identity;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.attestation.challenge.Challenges;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.control.identity.CertificateLife;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.rpc.EnrollmentRpc;
import dev.hanse.control.workflow.AddressRate;
import dev.hanse.control.workflow.Enrolment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.grpc.server.GrpcServer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A control plane of eu-west which enrols, and can go away and come back on the same port. */
final class RegionDesk {
  static final String TOKEN = "token-of-acme";

  final SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
  final MeshAuthority mesh =
      MeshAuthority.create("hanse.internal", InstantSource.system(), new SecureRandom());
  final RegionAuthority authority;

  /** The one good token; empty: none is. */
  final AtomicReference<String> token = new AtomicReference<>(TOKEN);

  private final Vertx vertx;
  private final GrpcServer grpc;
  private Optional<HttpServer> server = Optional.empty();
  private int port;

  RegionDesk(Vertx vertx, Duration leafLife) {
    this.vertx = vertx;
    this.authority = mesh.region(new RegionId("eu-west"));
    Enrolment enrolment =
        new Enrolment(
            authority.issuing(new CertificateLife(leafLife)),
            new Challenges(new SecureRandom()),
            new Appraiser(
                List.of(new SimulatedVerifier(List.of(platform.root()))),
                AppraisalPolicy.allowing(Set.of("simulated"))),
            text -> text.equals(token.get()) ? Optional.of("acme") : Optional.empty(),
            AddressRate.standard(),
            InstantSource.system());
    grpc = GrpcServer.server(vertx);
    new EnrollmentRpc(vertx, enrolment, MeshTls::peerOf, issued -> true).bind(grpc);
  }

  void open() throws Exception {
    HttpServer opened =
        await(
            vertx
                .createHttpServer(MeshTls.server(authority.controlIdentity(), ClientAuth.REQUEST))
                .requestHandler(grpc)
                .listen(port, "127.0.0.1"));
    port = opened.actualPort();
    server = Optional.of(opened);
  }

  void close() throws Exception {
    if (server.isPresent()) {
      await(server.get().close());
    }
    server = Optional.empty();
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", port);
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
