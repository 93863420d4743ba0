package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.security.SecureRandom;
import java.util.ArrayList;
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
 * What GPUs of one kind cost beside a simulated machine: reports parsed, chains of five
 * certificates, signatures, firmware digests, manifests of driver and VBIOS, strict rules.
 *
 * <p>With one machine its certificates are known; with 100, more than the JDK remembers, a device's
 * two certificates are parsed anew. Where they are {@code seen}, their signatures are remembered,
 * as when a fleet is judged again; where not, they are checked, as on its first enrolment. Root,
 * identity and provisioner are the same in all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NvidiaVerificationBenchmark {
  private static final Bytes REPORT_DATA = NvidiaForge.filled(64, 0x5A);

  @Param({"1", "8"})
  int gpus;

  @Param({"1", "100"})
  int machines;

  @Param({"true", "false"})
  boolean manifests;

  @Param({"true", "false"})
  boolean seen;

  private final NvidiaForge forge = new NvidiaForge();
  private final SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
  private final List<List<Evidence>> evidence = new ArrayList<>();
  private CollateralStore store = CollateralStore.EMPTY;
  private Appraiser appraiser = new Appraiser(List.of(), AppraisalPolicy.allowing(Set.of()));
  private int next;

  /** Makes the two certificates a device. */
  @Setup
  public void makeEvidence() {
    for (int machine = 0; machine < machines; machine++) {
      List<Evidence> parts = new ArrayList<>();
      parts.add(platform.quote(REPORT_DATA, "benchmark", NvidiaForge.NOW));
      for (int gpu = 0; gpu < gpus; gpu++) {
        parts.add(gpu());
      }
      evidence.add(List.copyOf(parts));
    }
    store =
        NvidiaForge.store(
            Map.of(
                NvidiaForge.DRIVER_RIM, forge.rims.signed(RimForge.driver()),
                NvidiaForge.VBIOS_RIM, forge.rims.signed(RimForge.vbios())));
    forget();
  }

  private void forget() {
    appraiser =
        new Appraiser(
            List.of(
                new SimulatedVerifier(List.of(platform.root())),
                forge.verifier(manifests ? store : CollateralStore.EMPTY)),
            BenchmarkPolicy.of(
                Set.of(SimulatedVerifier.TECHNOLOGY, NvidiaVerifier.TECHNOLOGY),
                NvidiaRules.strict()
                    .withManifests(
                        manifests ? NvidiaRules.Manifest.BOTH : NvidiaRules.Manifest.NONE)));
  }

  private Evidence gpu() {
    TestAuthority brom = forge.provisioner.issue(NvidiaForge.named("GH100 A01 GSP BROM"));
    TestAuthority leaf = brom.issue(forge.hopperLeaf("GH100 A01 GSP FMC LF"));
    Bytes report =
        NvidiaForge.signed(
            leaf,
            NvidiaForge.request(),
            NvidiaForge.response(
                8, NvidiaForge.blocks(), NvidiaForge.opaque(NvidiaForge.gpuFields())));
    return NvidiaForge.evidence(
        report, forge.chain(leaf, brom, forge.provisioner, forge.identity, forge.root));
  }

  @Benchmark
  public Appraisal appraise() {
    next = next + 1 == machines ? 0 : next + 1;
    if (next == 0 && machines > 1 && !seen) {
      forget();
    }
    Appraisal appraisal = appraiser.appraise(evidence.get(next), REPORT_DATA, NvidiaForge.NOW);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }
}
