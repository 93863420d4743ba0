package dev.hanse.control.identity;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.tls.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate issued to a node.
 *
 * @param chain leaf, then the region's CA
 * @param roots the trust bundle
 * @param attestation what it rests on
 */
public record IssuedIdentity(
    PeerIdentity.Node node,
    List<X509Certificate> chain,
    List<X509Certificate> roots,
    Instant notAfter,
    Instant renewAt,
    AttestationSummary attestation) {
  public IssuedIdentity {
    chain = List.copyOf(chain);
    roots = List.copyOf(roots);
  }
}
