package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.x509.TestKeys;
import java.time.Duration;
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
 * <p>With one machine the JDK remembers its parsed certificates and that their signatures held;
 * with 2,000 machines, more than it remembers, every leaf is parsed and verified anew, as on a
 * fleet's first enrolment. The root and the issuer are the same in both.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SnpVerificationBenchmark {
  private static final Bytes BOUND = Bytes.ofHex("50".repeat(64));

  @Param({"1", "2000"})
  int machines;

  private Evidence[] evidence = {};
  private SnpVerifier verifier = SnpForge.vcek(Product.MILAN).verifier();
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
    verifier = SnpForge.vcek(Product.MILAN).verifier();
    appraiser =
        new Appraiser(
            List.of(verifier),
            new AppraisalPolicy(
                "benchmark",
                1,
                Set.of(SnpVerifier.TECHNOLOGY),
                List.of(SnpRules.strict()),
                Composition.ANY,
                Duration.ofMinutes(2),
                Duration.ofSeconds(30),
                Duration.ofHours(1)));
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
    return evidence[next];
  }
}
