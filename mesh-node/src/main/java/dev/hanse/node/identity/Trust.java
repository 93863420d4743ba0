package dev.hanse.node.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a newcomer knows of the mesh before it joins. Roots the control plane sends count only so
 * far as they were known before: a region must not be able to widen a node's trust.
 */
public sealed interface Trust {
  /** The roots themselves, from a trust bundle file. */
  record Bundle(List<X509Certificate> roots) implements Trust {
    public Bundle {
      roots = List.copyOf(roots);
      if (roots.isEmpty()) {
        throw new IllegalArgumentException("a trust bundle holds at least one root");
      }
    }
  }

  /**
   * The root's fingerprint.
   *
   * @param rootSha256 over its DER, in hexadecimal, colons allowed
   */
  record Pin(String rootSha256) implements Trust {}
}
