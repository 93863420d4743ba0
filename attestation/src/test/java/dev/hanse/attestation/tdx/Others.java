package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.FakeVerifier;
import java.time.Instant;
import java.util.Map;

/** Claims of another technology. */
final class Others {
  private Others() {}

  static VerifiedClaims claims() {
    Bytes none = Bytes.copyOf(new byte[64]);
    FakeVerifier verifier =
        new FakeVerifier(
            "intel-tdx", Level.TEE, none, TdxForge.AT, Instant.MAX, Map.of("mrtd", "00"));
    return Refusals.claims(verifier.verify(new Evidence("intel-tdx", none), TdxForge.AT));
  }
}
