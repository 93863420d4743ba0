package dev.hanse.api.tls;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who a mesh certificate says its holder is.
 *
 * <p>The name stands in the leaf twice: as a SPIFFE URI, which is the identity, and as a DNS name
 * under {@value #DNS_SUFFIX}, so that ordinary TLS host name verification against that name checks
 * the peer while the socket goes to any address. A leaf whose two names disagree is refused.
 */
public sealed interface PeerIdentity {
  /** What every mesh DNS name ends in. Such names are verified, never looked up. */
  String DNS_SUFFIX = "hanse.internal";

  /** The trust domain of a mesh which was not given another. */
  String DEFAULT_TRUST_DOMAIN = "hanse.internal";

  /** The host of every SPIFFE URI in one mesh: lower-case DNS labels, at most 128 characters. */
  Pattern TRUST_DOMAIN =
      Pattern.compile(
          "(?=.{1,128}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  String trustDomain();

  RegionId region();

  String spiffeId();

  /** The one DNS name of its certificate. */
  String dnsName();

  /**
   * A node: an edge, a provider or both.
   *
   * @param roles what the control plane lets it do; never empty, never {@link Role#CONTROL}
   */
  record Node(String trustDomain, RegionId region, NodeId id, Set<Role> roles)
      implements PeerIdentity {
    public Node {
      requireTrustDomain(trustDomain);
      roles = Set.copyOf(roles);
      if (roles.isEmpty() || roles.contains(Role.CONTROL)) {
        throw new IllegalArgumentException(
            "a node's roles must be edge, provider or both, were " + roles);
      }
    }

    @Override
    public String spiffeId() {
      return spiffeIdOfRegion(trustDomain, region)
          + "/provider/"
          + id.provider()
          + "/node/"
          + id.name();
    }

    @Override
    public String dnsName() {
      return dnsNameOfNode(region, id);
    }
  }

  /** A region's control plane. */
  record ControlPlane(String trustDomain, RegionId region) implements PeerIdentity {
    public ControlPlane {
      requireTrustDomain(trustDomain);
    }

    @Override
    public String spiffeId() {
      return spiffeIdOfRegion(trustDomain, region) + "/control";
    }

    @Override
    public String dnsName() {
      return dnsNameOfControl(region);
    }
  }

  static String dnsNameOfNode(RegionId region, NodeId id) {
    return id.name() + "." + id.provider() + "." + region + "." + DNS_SUFFIX;
  }

  static String dnsNameOfControl(RegionId region) {
    return "control." + region + "." + DNS_SUFFIX;
  }

  /** What a region's intermediate CA is called, and the start of every identity it may issue. */
  static String spiffeIdOfRegion(String trustDomain, RegionId region) {
    return "spiffe://" + trustDomain + "/region/" + region;
  }

  /**
   * Reads a leaf's names and roles. Says nothing about who signed it: {@link MeshTrust} does.
   *
   * @throws IllegalArgumentException naming what is wrong with the certificate
   */
  static PeerIdentity of(X509Certificate leaf) {
    List<String> uris = CertificateNames.uris(leaf);
    List<String> dnsNames = CertificateNames.dnsNames(leaf);
    if (uris.size() != 1 || dnsNames.size() != 1 || CertificateNames.count(leaf) != 2) {
      throw new IllegalArgumentException(
          "a mesh certificate has exactly one URI and one DNS name, this one has "
              + uris.size()
              + " and "
              + dnsNames.size()
              + " of "
              + CertificateNames.count(leaf)
              + " names");
    }
    PeerIdentity identity = named(uris.getFirst(), roles(leaf));
    if (!identity.dnsName().equals(dnsNames.getFirst())) {
      throw new IllegalArgumentException(
          "DNS name "
              + dnsNames.getFirst()
              + " does not belong to "
              + identity.spiffeId()
              + ", which is "
              + identity.dnsName());
    }
    return identity;
  }

  private static PeerIdentity named(String uri, Set<Role> roles) {
    String[] parts = uri.split("/", -1);
    boolean inRegion =
        parts.length >= 6
            && parts[0].equals("spiffe:")
            && parts[1].isEmpty()
            && parts[3].equals("region");
    if (inRegion && parts.length == 6 && parts[5].equals("control")) {
      if (!roles.equals(Set.of(Role.CONTROL))) {
        throw new IllegalArgumentException(uri + " must have the one role control, has " + roles);
      }
      return new ControlPlane(parts[2], new RegionId(parts[4]));
    }
    if (inRegion && parts.length == 9 && parts[5].equals("provider") && parts[7].equals("node")) {
      return new Node(parts[2], new RegionId(parts[4]), new NodeId(parts[6], parts[8]), roles);
    }
    throw new IllegalArgumentException(
        "URI must look like spiffe://<trust-domain>/region/<region>/provider/<provider>/node/<name>"
            + " or .../region/<region>/control, was "
            + uri);
  }

  private static Set<Role> roles(X509Certificate leaf) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String unit : CertificateNames.organizationalUnits(leaf)) {
      roles.add(
          switch (unit) {
            case "edge" -> Role.EDGE;
            case "provider" -> Role.PROVIDER;
            case "control" -> Role.CONTROL;
            default ->
                throw new IllegalArgumentException(
                    "role must be edge, provider or control, was \"" + unit + "\"");
          });
    }
    return roles;
  }

  /** How a role is written in a certificate's subject. */
  static String unitOf(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  private static void requireTrustDomain(String trustDomain) {
    if (!TRUST_DOMAIN.matcher(trustDomain).matches()) {
      throw new IllegalArgumentException(
          "trust domain must look like hanse.internal, was \"" + trustDomain + "\"");
    }
  }
}
