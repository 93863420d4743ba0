package dev.hanse.control.identity;

import dev.hanse.api.RegionId;
import dev.hanse.api.tls.PeerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** What authorities are called: read from their certificates' one URI. */
final class AuthorityNames {
  private AuthorityNames() {}

  /** {@code spiffe://<trust-domain>} of a root. */
  static String trustDomainOf(X509Certificate root) {
    String[] parts = uriOf(root).split("/", -1);
    if (parts.length != 3 || !parts[0].equals("spiffe:")) {
      throw new IllegalArgumentException("a root is spiffe://<trust-domain>, was " + uriOf(root));
    }
    return parts[2];
  }

  /** Who a region's CA issues the control plane's own leaves to. */
  static PeerIdentity.ControlPlane controlPlaneOf(X509Certificate regionCa) {
    String[] parts = uriOf(regionCa).split("/", -1);
    if (parts.length != 5 || !parts[0].equals("spiffe:") || !parts[3].equals("region")) {
      throw new IllegalArgumentException(
          "a region CA is spiffe://<trust-domain>/region/<region>, was " + uriOf(regionCa));
    }
    return new PeerIdentity.ControlPlane(parts[2], new RegionId(parts[4]));
  }

  private static String uriOf(X509Certificate authority) {
    try {
      Collection<List<?>> names = authority.getSubjectAlternativeNames();
      if (names != null
          && names.size() == 1
          && names.iterator().next().get(1) instanceof String uri) {
        return uri;
      }
    } catch (CertificateParsingException broken) {
      throw new IllegalArgumentException("an authority's name cannot be read", broken);
    }
    throw new IllegalArgumentException("an authority has exactly one name");
  }
}
