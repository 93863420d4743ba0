package dev.hanse.api.tls;

import dev.hanse.api.Revocation;
import dev.hanse.api.Revocations;
import io.vertx.core.http.HttpConnection;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whom this process accepts no more, and its live connections, so that learning of a revocation
 * ends them. Holds one entry for each open mesh connection. Any thread.
 */
public final class RevokedPeers {
  private final Set<HttpConnection> live = ConcurrentHashMap.newKeySet();
  private volatile Revocations known = Revocations.NONE;

  /**
   * Takes the whole list as it is now, and closes every connection to or from whom it names.
   *
   * @return how many were closed
   */
  public int update(Revocations now) {
    known = now;
    int closed = 0;
    for (HttpConnection connection : live) {
      closed += closeIfRevoked(connection) ? 1 : 0;
    }
    return closed;
  }

  /**
   * Closes every connection, because this process itself is accepted no more: its peers may be cut
   * off before they hear of it, and would go on trusting it.
   *
   * @return how many were closed
   */
  public int closeAll() {
    int closed = 0;
    for (HttpConnection connection : live) {
      var _ = connection.close();
      closed++;
    }
    return closed;
  }

  /**
   * What speaks against the holder of this certificate, or nothing; control planes are beyond it.
   */
  public Optional<Revocation> against(X509Certificate leaf) {
    Revocations now = known;
    if (now.size() == 0) {
      return Optional.empty();
    }
    return switch (PeerIdentity.of(leaf)) {
      case PeerIdentity.ControlPlane control -> Optional.empty();
      case PeerIdentity.Node node -> {
        Optional<AttestationStamp> stamp = AttestationStamp.of(leaf);
        yield now.against(
            node.id(),
            stamp.map(found -> found.summary().technology()).orElse(""),
            stamp.map(AttestationStamp::policy).orElse(""),
            stamp.map(AttestationStamp::evidenceDigest).orElse(""));
      }
    };
  }

  /** As {@link #against(X509Certificate)}; nothing for a connection without a certificate. */
  public Optional<Revocation> against(HttpConnection connection) {
    return MeshTls.leafOf(connection).flatMap(this::against);
  }

  /** Closes the connection when its peer is revoked: now, or whenever that is learnt. */
  public void watch(HttpConnection connection) {
    // Added first: a list that arrives in between finds it, or is found here.
    if (live.add(connection)) {
      closeIfRevoked(connection);
    }
  }

  /** Watches a connection this process made, until it closes. Takes its close handler. */
  public void watchOwn(HttpConnection connection) {
    if (!live.contains(connection)) {
      connection.closeHandler(closed -> forget(connection));
      watch(connection);
    }
  }

  void forget(HttpConnection connection) {
    live.remove(connection);
  }

  /** Connections being watched. */
  public int size() {
    return live.size();
  }

  private boolean closeIfRevoked(HttpConnection connection) {
    if (against(connection).isEmpty()) {
      return false;
    }
    var _ = connection.close();
    return true;
  }
}
