package dev.hanse.attestation.nitro;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.x509.Anchors;
import java.util.List;
import java.util.Map;
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
 * What one document costs: parsed, its signature, its chain of five certificates as AWS has them
 * (root, region, zone, instance, leaf), strict rules.
 *
 * <p>With one enclave its certificates are known; with 1,000, more than the JDK remembers, leaf and
 * instance's certificate are parsed anew. Where they are {@code seen}, their signatures are
 * remembered, as when a fleet is judged again; where not, they are checked, as on its first
 * enrolment. Root, region and zone are the same in all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NitroVerificationBenchmark {
  @Param({"1", "1000"})
  int enclaves;

  @Param({"true", "false"})
  boolean seen;

  private final NitroForge forge = new NitroForge();
  private Appraiser appraiser = appraiser();

  private Evidence[] evidence = {};
  private int next;

  /** Makes a leaf and an instance's certificate an enclave. */
  @Setup
  public void makeEvidence() {
    evidence = new Evidence[enclaves];
    TestAuthority region = forge.root.issue(TestAuthority.named("CN=eu-west-1.nitro-enclaves"));
    TestAuthority zone = region.issue(TestAuthority.named("CN=zone.eu-west-1.nitro-enclaves"));
    for (int enclave = 0; enclave < enclaves; enclave++) {
      TestAuthority instance = zone.issue(TestAuthority.named("CN=i-" + enclave));
      TestAuthority leaf = instance.issue(NitroForge.leafWish());
      Map<String, Bytes> fields = forge.with("certificate", Cbor.bytes(leaf.der()));
      fields.put("cabundle", NitroForge.bundle(forge.root, region, zone, instance));
      evidence[enclave] =
          NitroForge.evidence(NitroForge.document(leaf, NitroForge.payload(fields)));
    }
  }

  private Appraiser appraiser() {
    return new Appraiser(
        List.of(new NitroVerifier(Anchors.of(List.of(forge.root.certificate())))),
        BenchmarkPolicy.of(Set.of(NitroVerifier.TECHNOLOGY), NitroRules.strict()));
  }

  @Benchmark
  public Appraisal appraise() {
    next = next + 1 == enclaves ? 0 : next + 1;
    if (next == 0 && enclaves > 1 && !seen) {
      appraiser = appraiser();
    }
    Appraisal appraisal =
        appraiser.appraise(evidence[next], NitroForge.REPORT_DATA, NitroForge.NOW);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }
}
