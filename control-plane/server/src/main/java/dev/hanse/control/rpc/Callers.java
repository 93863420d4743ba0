package dev.hanse.control.rpc;

import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.PeerIdentity;
import io.vertx.core.http.HttpConnection;
import java.security.PublicKey;
import java.util.Optional;

/** Who is at the other end of a connection, as proved in its handshake. Fails closed: to nobody. */
public interface Callers {
  Optional<PeerIdentity> peerOf(HttpConnection connection);

  /** The key of the certificate. */
  Optional<PublicKey> keyOf(HttpConnection connection);

  /** Who may renew: as {@link #peerOf}, but withdrawn evidence is no reason not to bring fresh. */
  default Optional<PeerIdentity> renewing(HttpConnection connection) {
    return peerOf(connection);
  }

  /** What the certificate was issued on; empty if it does not say. */
  Optional<AttestationStamp> stampOf(HttpConnection connection);
}
