package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.x509.Anchors;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
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
 * How many machines with GPUs one core takes: a simulated environment, and each GPU with its chain
 * of five, report and rules, without manifests.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CompositeBenchmark {
  /** What the forge's nonce is made of. */
  private static final Bytes REPORT_DATA = NvidiaForge.filled(64, 0x5A);

  @Param({"1", "8"})
  int gpus;

  private List<Evidence> parts = List.of();
  private Appraiser appraiser = new Appraiser(List.of(), AppraisalPolicy.allowing(Set.of()));

  /** Makes a machine, and its GPUs of as many factories. */
  @Setup
  public void makeEvidence() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    List<X509Certificate> roots = new ArrayList<>();
    List<Evidence> made = new ArrayList<>();
    made.add(platform.quote(REPORT_DATA, "benchmark", NvidiaForge.NOW));
    for (int gpu = 0; gpu < gpus; gpu++) {
      NvidiaForge forge = new NvidiaForge();
      roots.add(forge.root.certificate());
      made.add(NvidiaForge.evidence(forge.good(), forge.chain()));
    }
    parts = List.copyOf(made);
    Anchors anchors = Anchors.of(roots);
    appraiser =
        new Appraiser(
            List.of(
                new SimulatedVerifier(List.of(platform.root())),
                new NvidiaVerifier(anchors, anchors, () -> CollateralStore.EMPTY)),
            BenchmarkPolicy.of(
                Set.of(SimulatedVerifier.TECHNOLOGY, NvidiaVerifier.TECHNOLOGY),
                NvidiaRules.strict().withManifests(NvidiaRules.Manifest.NONE)));
  }

  @Benchmark
  public Appraisal appraise() {
    Appraisal appraisal = appraiser.appraise(parts, REPORT_DATA, NvidiaForge.NOW);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }
}
