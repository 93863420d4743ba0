package dev.hanse.api.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.Endpoint;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.enroll.v1.EnrollmentGrpcService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.server.GrpcServer;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeshTlsIT {
  private static final String GPU_1 = "gpu-1.acme.eu-west.hanse.internal";

  private final Vertx vertx = Vertx.vertx();
  private final List<HttpClientAgent> agents = new ArrayList<>();
  private final TestMesh mesh = new TestMesh();
  private final TestMesh.Ca europe = mesh.region("eu-west");
  private final MeshIdentity client = mesh.node(europe, "eu-west", "edge-1");

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  @Test
  void connectsToAnIpAndVerifiesTheNameOverHttp() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);

    assertThat(get(MeshTls.client(client), address(server, GPU_1)))
        .isEqualTo("hello " + client.self().spiffeId());
  }

  @Test
  void connectsToAnIpAndVerifiesTheNameOverGrpc() throws Exception {
    HttpServer server = grpc(mesh.node(europe, "eu-west", "gpu-1"));
    GrpcClient grpc = GrpcClient.client(vertx, MeshTls.client(client));

    ChallengeResponse answer =
        await(
            EnrollmentGrpcClient.create(grpc, address(server, GPU_1))
                .challenge(ChallengeRequest.getDefaultInstance()));

    assertThat(answer.getChallengeId()).isEqualTo("served");
  }

  @Test
  void refusesACertificateOfAnotherNameOverHttp() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-2"), ClientAuth.REQUIRED);

    assertThatThrownBy(() -> get(MeshTls.client(client), address(server, GPU_1)))
        .hasStackTraceContaining("No subject alternative DNS name matching " + GPU_1);
  }

  @Test
  void refusesACertificateOfAnotherNameOverGrpc() throws Exception {
    HttpServer server = grpc(mesh.node(europe, "eu-west", "gpu-2"));
    GrpcClient grpc = GrpcClient.client(vertx, MeshTls.client(client));

    assertThatThrownBy(() ->
            await(
                EnrollmentGrpcClient.create(grpc, address(server, GPU_1))
                    .challenge(ChallengeRequest.getDefaultInstance())))
        .hasStackTraceContaining("No subject alternative DNS name matching " + GPU_1);
  }

  @Test
  void refusesAServerOfARegionItsIssuerDoesNotSpeakFor() throws Exception {
    HttpServer server = serverOfAnotherRegion();

    assertThatThrownBy(
            () -> get(MeshTls.client(client), address(server, "gpu-1.acme.us-east.hanse.internal")))
        .hasStackTraceContaining("issuing CA must be spiffe://hanse.internal/region/us-east");
  }

  @Test
  void refusesAClientWithoutCertificateWhereOneIsRequired() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);

    assertThatThrownBy(
            () -> get(MeshTls.bootstrapClient(List.of(mesh.root)), address(server, GPU_1)))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void letsANewcomerInWhereACertificateIsOnlyRequested() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUEST);

    assertThat(get(MeshTls.bootstrapClient(List.of(mesh.root)), address(server, GPU_1)))
        .isEqualTo("hello stranger");
  }

  @Test
  void refusesAClientOfAnotherMeshEvenWhereACertificateIsOnlyRequested() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUEST);
    TestMesh other = new TestMesh();
    KeyPair key = TestMesh.key();
    List<X509Certificate> chain =
        other.chain(other.region("eu-west"), other.node(key, "eu-west", "edge-1"));
    HttpClientOptions options =
        MeshTls.bootstrapClient(List.of(mesh.root))
            .setKeyCertOptions(
                MeshTls.client(new MeshIdentity(key.getPrivate(), chain, List.of(other.root)))
                    .getKeyCertOptions());

    assertThatThrownBy(() -> get(options, address(server, GPU_1)))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void refusesAnExpiredServer() throws Exception {
    KeyPair key = TestMesh.key();
    Instant now = Instant.now();
    HttpServer server =
        naming(
            mesh.identity(
                key,
                europe,
                mesh.node(key, "eu-west", "gpu-1")
                    .valid(now.minus(Duration.ofHours(1)), now.minus(Duration.ofSeconds(5)))),
            ClientAuth.REQUIRED);

    assertThatThrownBy(() -> get(MeshTls.client(client), address(server, GPU_1)))
        .hasStackTraceContaining("NotAfter");
  }

  @Test
  void knowsAServerByItsRootsFingerprint() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUEST);
    String pin =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(mesh.root.getEncoded()));

    assertThat(get(MeshTls.pinnedClient(pin), address(server, GPU_1))).isEqualTo("hello stranger");
    assertThatThrownBy(() ->
            get(MeshTls.pinnedClient(pin), address(server, "gpu-2.acme.eu-west.hanse.internal")))
        .hasStackTraceContaining("No subject alternative DNS name matching");
    assertThatThrownBy(() -> get(MeshTls.pinnedClient("00".repeat(32)), address(server, GPU_1)))
        .hasStackTraceContaining("the server's root has fingerprint " + pin);
    assertThatThrownBy(() -> MeshTls.pinnedClient("abc"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesTls12() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUEST);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new MeshTrust(List.of(mesh.root))}, new SecureRandom());

    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.ofLiteral("127.0.0.1"), server.actualPort())) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});

      assertThatThrownBy(socket::startHandshake)
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("protocol_version");
    }
  }

  @Test
  void aRenewedServerCertificateIsUsedByNewConnections() throws Exception {
    MeshIdentity renewed = mesh.node(europe, "eu-west", "gpu-1");
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);
    X509Certificate before = serverCertificate(server);

    assertThat(await(server.updateSSLOptions(MeshTls.serverSsl(renewed, ClientAuth.REQUIRED))))
        .isTrue();

    assertThat(serverCertificate(server))
        .isEqualTo(renewed.chain().getFirst())
        .isNotEqualTo(before);
    assertThat(get(MeshTls.client(client), address(server, GPU_1)))
        .isEqualTo("hello " + client.self().spiffeId());
    assertThatThrownBy(
            () -> get(MeshTls.bootstrapClient(List.of(mesh.root)), address(server, GPU_1)))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void aRenewedClientCertificateIsUsedByNewConnections() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);
    HttpServer other = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);
    HttpClientAgent agent = agent(MeshTls.client(client));
    assertThat(get(agent, address(server, GPU_1))).isEqualTo("hello " + client.self().spiffeId());
    MeshIdentity renamed = mesh.node(europe, "eu-west", "edge-2");

    assertThat(await(agent.updateSSLOptions(MeshTls.clientSsl(renamed)))).isTrue();

    assertThat(get(agent, address(other, GPU_1))).isEqualTo("hello " + renamed.self().spiffeId());
    assertThatThrownBy(() -> get(agent, address(other, "gpu-9.acme.eu-west.hanse.internal")))
        .hasStackTraceContaining("No subject alternative DNS name matching");
  }

  @Test
  void endsAConnectionWhenItsPeersCertificateExpires() throws Exception {
    KeyPair key = TestMesh.key();
    Instant now = Instant.now();
    MeshIdentity dying =
        mesh.identity(
            key,
            europe,
            mesh.node(key, "eu-west", "edge-1")
                .valid(now.minus(Duration.ofMinutes(1)), now.plus(Duration.ofSeconds(2))));
    CountDownLatch closed = new CountDownLatch(1);
    HttpServer server =
        vertx
            .createHttpServer(
                MeshTls.server(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED))
            .connectionHandler(MeshTls.untilPeerExpires(vertx))
            .requestHandler(request -> {
              request.response().exceptionHandler(ended -> closed.countDown());
              request.response().closeHandler(ended -> closed.countDown());
            });
    await(server.listen(0, "127.0.0.1"));
    var request =
        await(
            agent(MeshTls.client(dying))
                .request(
                    new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setServer(address(server, GPU_1))));
    var _ = request.send();

    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Instant.now()).isBefore(now.plus(Duration.ofSeconds(8)));
  }

  @Test
  void looksUpEndpointsThatHaveAName() throws Exception {
    HttpServer server = naming(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED);
    SocketAddress address =
        await(MeshTls.resolve(vertx, new Endpoint("localhost", server.actualPort()), GPU_1));

    assertThat(address.host()).isEqualTo(GPU_1);
    assertThatThrownBy(() -> MeshTls.address(new Endpoint("localhost", 1), GPU_1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private X509Certificate serverCertificate(HttpServer server) throws Exception {
    var request =
        await(
            agent(MeshTls.client(client))
                .request(
                    new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setServer(address(server, GPU_1))));
    return (X509Certificate) request.connection().peerCertificates().getFirst();
  }

  private HttpServer naming(MeshIdentity identity, ClientAuth auth) throws Exception {
    return await(
        vertx
            .createHttpServer(MeshTls.server(identity, auth))
            .requestHandler(request -> {
              var _ =
                  request
                      .response()
                      .end(
                          "hello "
                              + MeshTls.peerOf(request.connection())
                                  .map(PeerIdentity::spiffeId)
                                  .orElse("stranger"));
            })
            .listen(0, "127.0.0.1"));
  }

  private HttpServer grpc(MeshIdentity identity) throws Exception {
    EnrollmentGrpcService service =
        new EnrollmentGrpcService() {
          @Override
          public Future<ChallengeResponse> challenge(ChallengeRequest request) {
            return Future.succeededFuture(
                ChallengeResponse.newBuilder().setChallengeId("served").build());
          }
        };
    return await(
        vertx
            .createHttpServer(MeshTls.server(identity, ClientAuth.REQUIRED))
            .requestHandler(GrpcServer.server(vertx).addService(service))
            .listen(0, "127.0.0.1"));
  }

  /** A server whose leaf says us-east though Europe's CA signed it; it does not judge itself. */
  private HttpServer serverOfAnotherRegion() throws Exception {
    KeyPair key = TestMesh.key();
    List<X509Certificate> chain = mesh.chain(europe, mesh.node(key, "us-east", "gpu-1"));
    return await(
        vertx
            .createHttpServer(
                MeshTls.server(mesh.node(europe, "eu-west", "gpu-1"), ClientAuth.REQUIRED)
                    .setKeyCertOptions(PemPair.of(key.getPrivate(), chain)))
            .requestHandler(request -> request.response().end())
            .listen(0, "127.0.0.1"));
  }

  private String get(HttpClientOptions options, SocketAddress address) throws Exception {
    return get(agent(options), address);
  }

  /** Vert.x closes a client nobody refers to any more. */
  private HttpClientAgent agent(HttpClientOptions options) {
    HttpClientAgent agent = vertx.createHttpClient(options);
    agents.add(agent);
    return agent;
  }

  private static String get(HttpClientAgent agent, SocketAddress address) throws Exception {
    return await(
        agent
            .request(new RequestOptions().setMethod(HttpMethod.GET).setServer(address))
            .compose(request -> request.send())
            .compose(response -> response.body())
            .map(body -> body.toString()));
  }

  private static SocketAddress address(HttpServer server, String dnsName) {
    return MeshTls.address(new Endpoint("127.0.0.1", server.actualPort()), dnsName);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
