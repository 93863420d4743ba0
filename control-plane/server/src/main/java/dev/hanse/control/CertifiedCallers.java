package dev.hanse.control;

import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.tls.RevokedPeers;
import dev.hanse.control.rpc.Callers;
import io.vertx.core.http.HttpConnection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PublicKey;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Callers by their mesh certificates. One that cannot be read, is of another trust domain or is
 * revoked proves nobody.
 *
 * @param revoked as this control plane knows it now
 */
record CertifiedCallers(String trustDomain, RevokedPeers revoked) implements Callers {
  private static final Logger LOG = System.getLogger(CertifiedCallers.class.getName());

  @Override
  public Optional<PeerIdentity> peerOf(HttpConnection connection) {
    return renewing(connection).filter(peer -> revoked.against(connection).isEmpty());
  }

  @Override
  public Optional<PeerIdentity> renewing(HttpConnection connection) {
    return readable(() -> MeshTls.peerOf(connection))
        .filter(peer -> peer.trustDomain().equals(trustDomain));
  }

  @Override
  public Optional<AttestationStamp> stampOf(HttpConnection connection) {
    return readable(() -> MeshTls.stampOf(connection));
  }

  @Override
  public Optional<PublicKey> keyOf(HttpConnection connection) {
    return readable(() -> MeshTls.keyOf(connection));
  }

  private static <T> Optional<T> readable(Supplier<Optional<T>> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException unreadable) {
      LOG.log(Level.WARNING, "certificate not believed reason=\"{0}\"", unreadable.getMessage());
      return Optional.empty();
    }
  }
}
