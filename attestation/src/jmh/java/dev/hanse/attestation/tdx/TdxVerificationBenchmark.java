package dev.hanse.attestation.tdx;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.Appraiser;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
 * How many quotes one core appraises: parsed, chain, three signatures, collateral, revocation, TCB,
 * strict rules.
 *
 * <p>Collateral is one family's: checked before the first quote, as in a fleet, or anew for every
 * quote. With one platform the JDK remembers its certificates and that their signatures held; with
 * 500, each has a key and a certificate of its own, and is met again only after all the others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TdxVerificationBenchmark {
  @Param({"1", "500"})
  int platforms;

  private Evidence[] evidence = {};
  private Appraiser known = appraiser(new TdxForge().verifier());
  private Appraiser anew = known;
  private int next;
  private boolean other;

  /** Makes two keys and a certificate a platform. */
  @Setup
  public void makeEvidence() {
    evidence = new Evidence[platforms];
    for (int platform = 0; platform < platforms; platform++) {
      TdxForge forge = new TdxForge();
      forge.pckKey = ForgedKey.named("pck " + platform);
      forge.attestationKey = ForgedKey.named("attestation " + platform);
      evidence[platform] = TdxForge.evidence(forge.quote());
    }
    TdxForge intel = new TdxForge();
    known = appraiser(intel.verifier());
    // Two bundles that say the same in other bytes, in turn: never the one that was checked last.
    Bytes one = intel.collateral();
    byte[] longer = Arrays.copyOf(one.toArray(), one.size() + 1);
    longer[one.size()] = ' ';
    Bytes two = Bytes.copyOf(longer);
    anew =
        appraiser(
            new TdxVerifier(
                intel.anchors(),
                id -> {
                  other = !other;
                  return Optional.of(other ? one : two);
                }));
  }

  @Benchmark
  public Appraisal collateralChecked() {
    return accepted(known);
  }

  @Benchmark
  public Appraisal collateralAnew() {
    return accepted(anew);
  }

  private Appraisal accepted(Appraiser appraiser) {
    next = next + 1 == platforms ? 0 : next + 1;
    Appraisal appraisal = appraiser.appraise(evidence[next], TdxForge.REPORT_DATA, TdxForge.AT);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }

  private static Appraiser appraiser(TdxVerifier verifier) {
    return new Appraiser(
        List.of(verifier), BenchmarkPolicy.of(Set.of(TdxVerifier.TECHNOLOGY), TdxRules.strict()));
  }
}
