package dev.hanse.control.identity;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A certificate issued to a node.
 *
 * @param chain leaf, then the region's CA
 * @param roots the trust bundle
 * @param crossed what its roots vouch for each other with
 * @param attestation what it rests on
 * @param stamp as the certificate says it
 * @param facts what the evidence stated: what may be revoked
 * @param token the result as an EAR, signed by the region's CA
 */
public record IssuedIdentity(
    PeerIdentity.Node node,
    List<X509Certificate> chain,
    List<X509Certificate> roots,
    List<X509Certificate> crossed,
    Instant notAfter,
    Instant renewAt,
    AttestationSummary attestation,
    AttestationStamp stamp,
    Map<String, String> facts,
    String token) {
  public IssuedIdentity {
    chain = List.copyOf(chain);
    roots = List.copyOf(roots);
    crossed = List.copyOf(crossed);
    facts = Map.copyOf(facts);
  }
}
