package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CheckedOnce;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Chain;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Collateral that was checked once: a fleet of one family does not have the same eight signatures
 * checked for each of its quotes.
 *
 * <p>Nothing an attester chooses is a name here but the FMSPC, which Intel signed. Any thread.
 */
final class CheckedCollateral {
  private final CheckedOnce<Basis, TdxCollateral> checked =
      new CheckedOnce<>(TdxCollateral::validUntil);

  private record Basis(X509Certificate authority, X509Certificate root, Bytes bundle) {}

  TdxCollateral of(String fmspc, Bytes bundle, Chain platform, Anchors anchors, Instant at)
      throws Rejection {
    return checked.of(
        fmspc,
        new Basis(platform.path().get(1), platform.path().getLast(), bundle),
        at,
        () -> TdxCollateral.verify(bundle, platform, anchors, at));
  }

  int size() {
    return checked.size();
  }
}
