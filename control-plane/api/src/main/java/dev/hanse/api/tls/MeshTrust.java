package dev.hanse.api.tls;

import dev.hanse.api.Revocation;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges a peer's certificate chain: ordinary PKIX first (signatures, dates, and the host name,
 * which the JDK's own trust manager checks because the engine asks for endpoint identification),
 * then what PKIX does not know: a region's CA may speak for its own region only.
 *
 * <p>The chain is exactly leaf and region CA; a server may add the root, if it is one of this
 * process's bundle: a root never comes from the peer. Any doubt is a {@link CertificateException},
 * which ends the handshake.
 */
final class MeshTrust extends X509ExtendedTrustManager {
  // Bits of KeyUsage, RFC 5280 §4.2.1.3.
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  // RFC 5280 §4.2.1.12.
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private final List<X509Certificate> roots;
  private final X509ExtendedTrustManager pkix;
  private final RevokedPeers revoked;

  MeshTrust(List<X509Certificate> roots) {
    this(roots, new RevokedPeers());
  }

  /** Refuses, besides, whom {@code revoked} names at the time of the handshake. */
  MeshTrust(List<X509Certificate> roots, RevokedPeers revoked) {
    this.roots = List.copyOf(roots);
    this.pkix = pkix(this.roots);
    this.revoked = revoked;
  }

  /**
   * Checks everything about a chain but its dates and host name.
   *
   * @return who its leaf is
   * @throws IllegalArgumentException naming the rule it breaks
   */
  static PeerIdentity requireWellFormed(List<X509Certificate> chain, List<X509Certificate> roots) {
    require(!roots.isEmpty(), "the trust bundle is empty");
    require(chain.size() == 2, "a chain is leaf and region CA, was " + chain.size() + " long");
    X509Certificate leaf = chain.get(0);
    X509Certificate regionCa = chain.get(1);
    PeerIdentity peer = PeerIdentity.of(leaf);
    requireLeaf(leaf);
    requireRegionCa(regionCa);
    requireSignedBy(leaf, regionCa);
    X509Certificate root = issuerOf(regionCa, roots);
    require(root.getBasicConstraints() >= 1, "the root must be a CA that may have a CA below");
    requireOnlyUri(root, "spiffe://" + peer.trustDomain());
    requireOnlyUri(regionCa, PeerIdentity.spiffeIdOfRegion(peer.trustDomain(), peer.region()));
    return peer;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    pkix.checkClientTrusted(chain, type, engine);
    checkMesh(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    pkix.checkServerTrusted(chain, type, engine);
    checkMesh(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    pkix.checkClientTrusted(chain, type, socket);
    checkMesh(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    pkix.checkServerTrusted(chain, type, socket);
    checkMesh(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    pkix.checkClientTrusted(chain, type);
    checkMesh(chain);
  }

  /** Refuses always: without an engine or socket the host name cannot be checked. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("a server's name cannot be checked without its connection");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return roots.toArray(X509Certificate[]::new);
  }

  private void checkMesh(X509Certificate[] chain) throws CertificateException {
    try {
      List<X509Certificate> sent = List.of(chain);
      if (sent.size() == 3 && roots.contains(sent.getLast())) {
        sent = sent.subList(0, 2);
      }
      PeerIdentity peer = requireWellFormed(sent, roots);
      Optional<Revocation> withdrawn = revoked.against(chain[0]);
      require(withdrawn.isEmpty(), peer.spiffeId() + " is revoked");
    } catch (IllegalArgumentException refused) {
      throw new CertificateException(refused.getMessage(), refused);
    }
  }

  private static void requireLeaf(X509Certificate leaf) {
    require(leaf.getBasicConstraints() < 0, "a leaf must not be a CA");
    requireUsage(leaf, "a leaf's", Set.of(DIGITAL_SIGNATURE), Set.of(DIGITAL_SIGNATURE));
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      require(
          purposes != null && Set.copyOf(purposes).equals(Set.of(SERVER_AUTH, CLIENT_AUTH)),
          "a leaf's extended key usage must be server and client authentication, was " + purposes);
    } catch (CertificateParsingException broken) {
      throw new IllegalArgumentException("extended key usage cannot be read", broken);
    }
  }

  private static void requireRegionCa(X509Certificate regionCa) {
    require(
        regionCa.getBasicConstraints() == 0,
        "a region CA must be a CA of path length 0, was " + regionCa.getBasicConstraints());
    requireUsage(regionCa, "a region CA's", Set.of(KEY_CERT_SIGN), Set.of(KEY_CERT_SIGN, CRL_SIGN));
  }

  private static void requireUsage(
      X509Certificate certificate, String whose, Set<Integer> needed, Set<Integer> allowed) {
    boolean[] usage = certificate.getKeyUsage();
    require(usage != null, whose + " key usage is missing");
    for (int bit = 0; bit < usage.length; bit++) {
      require(!needed.contains(bit) || usage[bit], whose + " key usage lacks bit " + bit);
      require(allowed.contains(bit) || !usage[bit], whose + " key usage must not have bit " + bit);
    }
  }

  private static void requireOnlyUri(X509Certificate ca, String expected) {
    List<String> uris = CertificateNames.uris(ca);
    require(
        uris.equals(List.of(expected)) && CertificateNames.count(ca) == 1,
        "issuing CA must be " + expected + ", was " + uris);
  }

  static X509Certificate issuerOf(X509Certificate ca, List<X509Certificate> roots) {
    for (X509Certificate root : roots) {
      if (isSignedBy(ca, root)) {
        return root;
      }
    }
    throw new IllegalArgumentException("the region CA is not signed by a root of the bundle");
  }

  private static void requireSignedBy(X509Certificate certificate, X509Certificate issuer) {
    require(isSignedBy(certificate, issuer), "the leaf is not signed by the region CA after it");
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException notSigned) {
      return false;
    }
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  private static X509ExtendedTrustManager pkix(List<X509Certificate> roots) {
    try {
      KeyStore anchors = KeyStore.getInstance("PKCS12");
      anchors.load(null, null);
      for (int at = 0; at < roots.size(); at++) {
        anchors.setCertificateEntry("root-" + at, roots.get(at));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IllegalStateException("this JDK has no PKIX trust manager");
    } catch (GeneralSecurityException | IOException broken) {
      throw new IllegalStateException("this JDK has no usable PKIX", broken);
    }
  }
}
