package dev.hanse.node.identity;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The roots a node believes after an enrolment: those it knew, and of those it was sent the ones a
 * root it knew has signed for. A region cannot widen a node's trust; the mesh's own root can, which
 * is how it is rotated without touching any node.
 */
final class TrustBundle {
  private static final int KEY_CERT_SIGN = 5;

  private TrustBundle() {}

  /**
   * Widens.
   *
   * @param offered roots, and certificates of roots' keys signed by other roots
   */
  static List<X509Certificate> widened(
      List<X509Certificate> known, List<X509Certificate> offered, Instant now) {
    List<X509Certificate> roots = new ArrayList<>(known);
    for (X509Certificate root : offered) {
      boolean vouchedFor =
          isSignedBy(root, root)
              && offered.stream().anyMatch(cross -> vouches(cross, root, known, now));
      if (vouchedFor && !roots.contains(root)) {
        roots.add(root);
      }
    }
    return List.copyOf(roots);
  }

  private static boolean vouches(
      X509Certificate cross, X509Certificate root, List<X509Certificate> known, Instant now) {
    boolean[] usage = cross.getKeyUsage();
    return cross.getSubjectX500Principal().equals(root.getSubjectX500Principal())
        && cross.getPublicKey().equals(root.getPublicKey())
        && cross.getBasicConstraints() >= 1
        && usage != null
        && usage[KEY_CERT_SIGN]
        && !now.isBefore(cross.getNotBefore().toInstant())
        && !now.isAfter(cross.getNotAfter().toInstant())
        && known.stream().anyMatch(anchor -> isSignedBy(cross, anchor));
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
}
