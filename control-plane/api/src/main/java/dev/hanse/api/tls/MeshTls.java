package dev.hanse.api.tls;

import dev.hanse.api.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The TLS options of everything inside the mesh: TLS 1.3 only, HTTP/2 by ALPN, no Nagle, peers
 * judged by {@link MeshTrust}.
 *
 * <p>A renewed identity takes effect by {@code updateSSLOptions} with {@link #serverSsl} or {@link
 * #clientSsl}: connections made from then on use it, those that exist live on until their peer's
 * certificate expires, if the server registered {@link #untilPeerExpires}.
 */
public final class MeshTls {
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3");
  private static final String VERIFY_HOST_NAME = "HTTPS";

  /** Ends a handshake nobody answers; an ordinary one takes a few round trips. */
  private static final Duration HANDSHAKE_WITHIN = Duration.ofSeconds(5);

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);

  /** How long before its peer's certificate expires a connection is asked to end. */
  private static final Duration LEAD = Duration.ofMinutes(1);

  private MeshTls() {}

  /**
   * Options of a server inside the mesh.
   *
   * @param auth {@code REQUIRED} between members; {@code REQUEST} where newcomers enrol
   */
  public static HttpServerOptions server(MeshIdentity identity, ClientAuth auth) {
    return server(identity, auth, new RevokedPeers());
  }

  /** As above; refuses whom {@code revoked} names. */
  public static HttpServerOptions server(
      MeshIdentity identity, ClientAuth auth, RevokedPeers revoked) {
    HttpServerOptions options = new HttpServerOptions();
    options
        .setSsl(true)
        .setUseAlpn(true)
        .setAlpnVersions(List.of(HttpVersion.HTTP_2))
        .setClientAuth(auth)
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(own(identity))
        .setTrustOptions(trust(identity.roots(), revoked))
        .setSslHandshakeTimeout(HANDSHAKE_WITHIN.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setTcpNoDelay(true);
    return options;
  }

  /** The part of {@link #server} which a renewal replaces. */
  public static ServerSSLOptions serverSsl(MeshIdentity identity, ClientAuth auth) {
    return serverSsl(identity, auth, new RevokedPeers());
  }

  /** As above; refuses whom {@code revoked} names. */
  public static ServerSSLOptions serverSsl(
      MeshIdentity identity, ClientAuth auth, RevokedPeers revoked) {
    return new ServerSSLOptions()
        .setClientAuth(auth)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(List.of(HttpVersion.HTTP_2.alpnName()))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(own(identity))
        .setTrustOptions(trust(identity.roots(), revoked))
        .setSslHandshakeTimeout(HANDSHAKE_WITHIN.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  /** Options of a client which shows its own certificate. Connect with {@link #address}. */
  public static HttpClientOptions client(MeshIdentity identity) {
    return client(identity, new RevokedPeers());
  }

  /** As above; refuses whom {@code revoked} names. */
  public static HttpClientOptions client(MeshIdentity identity, RevokedPeers revoked) {
    return anonymous(trust(identity.roots(), revoked)).setKeyCertOptions(own(identity));
  }

  /** Options of a client which has no certificate yet, and enrols. */
  public static HttpClientOptions bootstrapClient(List<X509Certificate> roots) {
    return anonymous(trust(roots));
  }

  /**
   * Options of a client which has neither certificate nor trust bundle, but was told the root's
   * fingerprint.
   *
   * @param rootSha256 SHA-256 of the root certificate's DER, in hexadecimal, colons allowed
   * @throws IllegalArgumentException if it is not one
   */
  public static HttpClientOptions pinnedClient(String rootSha256) {
    return anonymous(new MeshTrustOptions(new PinnedTrust(rootSha256)));
  }

  /** The part of {@link #client} which a renewal replaces. */
  public static ClientSSLOptions clientSsl(MeshIdentity identity) {
    return new ClientSSLOptions()
        .setHostnameVerificationAlgorithm(VERIFY_HOST_NAME)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(List.of(HttpVersion.HTTP_2.alpnName()))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(own(identity))
        .setTrustOptions(trust(identity.roots()))
        .setSslHandshakeTimeout(HANDSHAKE_WITHIN.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  /**
   * Connects to an endpoint and expects a name: the socket goes to the endpoint's IP address, the
   * certificate is verified against {@code dnsName}.
   *
   * @throws IllegalArgumentException if the endpoint's host is not an IP literal; see {@link
   *     #resolve}
   */
  public static SocketAddress address(Endpoint endpoint, String dnsName) {
    return address(InetAddress.ofLiteral(endpoint.host()), endpoint.port(), dnsName);
  }

  /** Like {@link #address} for hosts that have a name: looked up off the event loop. */
  public static Future<SocketAddress> resolve(Vertx vertx, Endpoint endpoint, String dnsName) {
    if (isLiteral(endpoint.host())) {
      return Future.succeededFuture(address(endpoint, dnsName));
    }
    return vertx
        .executeBlocking(() -> InetAddress.getByName(endpoint.host()), false)
        .map(found -> address(Objects.requireNonNull(found), endpoint.port(), dnsName));
  }

  /**
   * Who is at the other end, as proved in the handshake. Empty without TLS or client certificate.
   */
  public static Optional<PeerIdentity> peerOf(HttpConnection connection) {
    return leafOf(connection).map(PeerIdentity::of);
  }

  /** The key of the peer's certificate, which it proved to hold; empty where {@link #peerOf} is. */
  public static Optional<PublicKey> keyOf(HttpConnection connection) {
    return leafOf(connection).map(X509Certificate::getPublicKey);
  }

  /** What the peer's certificate was issued on; empty where {@link #peerOf} or the stamp is. */
  public static Optional<AttestationStamp> stampOf(HttpConnection connection) {
    return leafOf(connection).flatMap(AttestationStamp::of);
  }

  /**
   * A server's connection handler which ends a connection when its peer's certificate does: asked
   * to go away (HTTP/2 GOAWAY) a minute before, closed at the instant. A peer which renewed in time
   * just connects again; one which could not is out. Without it, a connection outlives the identity
   * it was made with. Takes the connection's close handler.
   */
  public static Handler<HttpConnection> untilPeerExpires(Vertx vertx) {
    return untilPeerExpires(vertx, new RevokedPeers());
  }

  /** As above, and ends a connection when its peer is revoked. */
  public static Handler<HttpConnection> untilPeerExpires(Vertx vertx, RevokedPeers revoked) {
    return connection ->
        leafOf(connection)
            .ifPresent(leaf -> {
              Duration left = Duration.between(Instant.now(), leaf.getNotAfter().toInstant());
              Duration lead = left.compareTo(LEAD.multipliedBy(2)) > 0 ? LEAD : left.dividedBy(4);
              long waitMillis = Math.max(1, left.minus(lead).toMillis());
              long timer =
                  vertx.setTimer(
                      waitMillis,
                      fired -> {
                        var _ =
                            connection.shutdown(
                                Math.max(1, lead.toMillis()), TimeUnit.MILLISECONDS);
                      });
              connection.closeHandler(closed -> {
                vertx.cancelTimer(timer);
                revoked.forget(connection);
              });
              revoked.watch(connection);
            });
  }

  private static HttpClientOptions anonymous(TrustOptions trust) {
    HttpClientOptions options = new HttpClientOptions();
    options
        .setSsl(true)
        .setVerifyHost(true)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setAlpnVersions(List.of(HttpVersion.HTTP_2))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setTrustOptions(trust)
        .setConnectTimeout((int) CONNECT_WITHIN.toMillis())
        .setSslHandshakeTimeout(HANDSHAKE_WITHIN.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setTcpNoDelay(true);
    return options;
  }

  static Optional<X509Certificate> leafOf(HttpConnection connection) {
    if (!connection.isSsl()) {
      return Optional.empty();
    }
    try {
      List<Certificate> chain = connection.peerCertificates();
      return chain != null && !chain.isEmpty() && chain.getFirst() instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException anonymous) {
      return Optional.empty();
    }
  }

  private static SocketAddress address(InetAddress host, int port, String dnsName) {
    try {
      InetAddress named = InetAddress.getByAddress(dnsName, host.getAddress());
      return SocketAddress.inetSocketAddress(new InetSocketAddress(named, port));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(host + " has an impossible length", impossible);
    }
  }

  private static boolean isLiteral(String host) {
    try {
      var _ = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  private static KeyCertOptions own(MeshIdentity identity) {
    return new OwnKeyOptions(new OwnKey(identity));
  }

  private static TrustOptions trust(List<X509Certificate> roots) {
    return trust(roots, new RevokedPeers());
  }

  private static TrustOptions trust(List<X509Certificate> roots, RevokedPeers revoked) {
    return new MeshTrustOptions(new MeshTrust(roots, revoked));
  }
}
