package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutants of reports and of their certificates. */
@Tag("fuzz")
class SnpFuzzTest {
  private static final long SEED = 20_261_121;

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  /** Without a revocation list: that is the store's, and no attacker's to make costly. */
  private final SnpVerifier verifier =
      new SnpVerifier(
          Anchors.of(List.of(forge.root)), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);

  private final Bytes body = forge.body();
  private final Bytes leaf = CertificateForge.encoded(forge.leaf());
  private final Bytes issuer = CertificateForge.encoded(forge.issuer);
  private final Bytes root = CertificateForge.encoded(forge.root);

  @Test
  void reports() {
    Fuzz.mutants(SEED, List.of(body), mutant -> accepts(mutant, leaf), mutant -> false);
  }

  @Test
  void reportsByTheirFormAlone() {
    Fuzz.mutants(
        SEED + 3,
        List.of(body, SnpForge.vlek(Product.TURIN).body()),
        mutant -> {
          try {
            return SnpReport.read(mutant).version() == 5;
          } catch (Rejection refused) {
            return false;
          }
        },
        mutant -> mutant.size() == SnpReport.SIZE_BYTES);
  }

  @Test
  void leaves() {
    Fuzz.mutants(SEED + 1, List.of(leaf), mutant -> accepts(body, mutant), mutant -> false);
  }

  @Test
  void issuers() {
    Fuzz.mutants(SEED + 2, List.of(issuer), this::issues, mutant -> false);
  }

  private boolean accepts(Bytes report, Bytes leafOfIt) {
    Evidence evidence =
        new Evidence(SnpVerifier.TECHNOLOGY, report, List.of(leafOfIt, issuer, root));
    return switch (verifier.verify(evidence, SnpForge.NOW)) {
      case Verification.Verified _ -> true;
      case Verification.Refused(Refusal.Rejected _) -> false;
      case Verification.Refused(var other) -> throw new AssertionError("not typed: " + other);
    };
  }

  private boolean issues(Bytes mutant) {
    try {
      Chain.verify(
          List.of(Certificates.ofDer(leaf), Certificates.ofDer(mutant), forge.root),
          Anchors.of(List.of(forge.root)),
          SnpForge.NOW,
          Chain.Profile.signedBy(Chain.RSASSA_PSS));
      return true;
    } catch (Rejection refused) {
      return false;
    }
  }
}
