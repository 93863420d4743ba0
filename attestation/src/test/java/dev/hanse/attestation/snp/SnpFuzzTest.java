package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutants of reports and of their certificates. */
@Tag("fuzz")
class SnpFuzzTest {
  private static final long SEED = 20_261_121;

  private final TamperedSnp machine = new TamperedSnp();
  private final Bytes body = machine.body;
  private final Bytes leaf = machine.leaf;
  private final Bytes issuer = machine.issuer;
  private final Bytes root = machine.root;

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
    return machine.accepts(report, leafOfIt, issuer, root);
  }

  private boolean issues(Bytes mutant) {
    try {
      Chain.verify(
          List.of(Certificates.ofDer(leaf), Certificates.ofDer(mutant), machine.forge.root),
          Anchors.of(List.of(machine.forge.root)),
          SnpForge.NOW,
          Chain.Profile.signedBy(Chain.RSASSA_PSS));
      return true;
    } catch (Rejection refused) {
      return false;
    }
  }
}
