package dev.hanse.attestation.snp;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.x509.TestKeys;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How many reports one core takes: parsed, chain followed, signature, revocation, strict rules.
 *
 * <p>With one machine its certificates are known; with 2,000, more than the JDK remembers, every
 * leaf is parsed anew. Where they are {@code seen}, their signatures are remembered, as when a
 * fleet is judged again; where not, they are checked, as on its first enrolment. The root and the
 * issuer are the same in all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SnpVerificationBenchmark {
  private static final Bytes BOUND = Bytes.ofHex("50".repeat(64));

  @Param({"1", "2000"})
  int machines;

  @Param({"true", "false"})
  boolean seen;

  private Evidence[] evidence = {};
  private final SnpForge vendor = SnpForge.vcek(Product.MILAN);
  private SnpVerifier verifier = vendor.verifier();
  private Appraiser appraiser =
      new Appraiser(List.of(verifier), AppraisalPolicy.allowing(Set.of()));
  private int next;

  /** Makes a key and a certificate a machine. */
  @Setup
  public void makeEvidence() {
    evidence = new Evidence[machines];
    for (int machine = 0; machine < machines; machine++) {
      SnpForge forge = SnpForge.vcek(Product.MILAN);
      forge.leafKey = TestKeys.ec("secp384r1");
      forge.signingKey = forge.leafKey;
      evidence[machine] = forge.evidence();
    }
    forget();
  }

  private void forget() {
    verifier = vendor.verifier();
    appraiser =
        new Appraiser(
            List.of(verifier),
            BenchmarkPolicy.of(Set.of(SnpVerifier.TECHNOLOGY), SnpRules.strict()));
  }

  @Benchmark
  public Verification verify() {
    return verifier.verify(following(), SnpForge.NOW);
  }

  @Benchmark
  public Appraisal appraise() {
    Appraisal appraisal = appraiser.appraise(following(), BOUND, SnpForge.NOW);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }

  private Evidence following() {
    next = next + 1 == machines ? 0 : next + 1;
    if (next == 0 && machines > 1 && !seen) {
      forget();
    }
    return evidence[next];
  }
}
