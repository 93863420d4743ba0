package dev.hanse.attestation.azure;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
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
 * How many confidential VMs of Azure's one core takes: report or quote followed to its root,
 * runtime data read and bound, the virtual TPM's quote, strict rules of both parts. One machine
 * again and again: the JDK remembers its certificates, and collateral is checked once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AzureVerificationBenchmark {
  @Param({AzureVerifier.SNP, AzureVerifier.TDX})
  String technology = AzureVerifier.SNP;

  private AzureForge forge = AzureForge.onSnp();
  private AzureVerifier verifier = forge.verifier();
  private Appraiser appraiser =
      new Appraiser(List.of(verifier), AppraisalPolicy.allowing(Set.of()));
  private Evidence evidence = new Evidence(AzureVerifier.SNP, AzureForge.REPORT_DATA);

  /** Makes one machine. */
  @Setup
  public void makeEvidence() throws Exception {
    forge = AzureForge.on(technology);
    verifier = forge.verifier();
    evidence = forge.evidence();
    appraiser =
        new Appraiser(
            List.of(verifier),
            BenchmarkPolicy.of(
                Set.of(technology),
                technology.equals(AzureVerifier.TDX)
                    ? AzureRules.strictOnTdx()
                    : AzureRules.strictOnSnp()));
  }

  @Benchmark
  public Verification verify() {
    return verifier.verify(evidence, AzureForge.AT);
  }

  @Benchmark
  public Appraisal appraise() {
    Appraisal appraisal = appraiser.appraise(evidence, AzureForge.REPORT_DATA, AzureForge.AT);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }
}
