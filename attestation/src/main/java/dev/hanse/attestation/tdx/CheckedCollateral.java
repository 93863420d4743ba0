package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Chain;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Collateral that was checked once, so that a fleet of one family does not have the same eight
 * signatures checked for each of its quotes.
 *
 * <p>What was checked holds for these very bytes, under the same authority and root, from then
 * until the first certificate, list or document of it expires; at any other time it is checked
 * anew. Nothing an attester chooses is a key here but the FMSPC, which Intel signed. Any thread.
 */
final class CheckedCollateral {
  /** Intel has a few dozen families with TDX; beyond that all are checked anew. */
  static final int LIMIT = 64;

  private final Map<String, Kept> kept = new ConcurrentHashMap<>();

  private record Kept(
      Bytes bundle,
      X509Certificate authority,
      X509Certificate root,
      Instant since,
      TdxCollateral collateral) {
    boolean holds(Bytes now, Chain platform, Instant at) {
      return !at.isBefore(since)
          && !at.isAfter(collateral.validUntil())
          && authority.equals(platform.path().get(1))
          && root.equals(platform.path().getLast())
          && bundle.equals(now);
    }
  }

  TdxCollateral of(String fmspc, Bytes bundle, Chain platform, Anchors anchors, Instant at)
      throws Rejection {
    Kept known = kept.get(fmspc);
    if (known != null && known.holds(bundle, platform, at)) {
      return known.collateral();
    }
    TdxCollateral collateral = TdxCollateral.verify(bundle, platform, anchors, at);
    if (kept.size() >= LIMIT) {
      kept.clear();
    }
    kept.put(
        fmspc, new Kept(bundle, platform.path().get(1), platform.path().getLast(), at, collateral));
    return collateral;
  }

  int size() {
    return kept.size();
  }
}
