package dev.hanse.attestation.tpm;

import dev.hanse.attestation.BenchmarkPolicy;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import java.time.Duration;
import java.time.Instant;
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
 * How many quotes one core takes: parsed, signature, key, registers, strict rules with the TPM's
 * counters; with a log, also its replay and what it says of secure boot.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TpmVerificationBenchmark {
  private static final Bytes REPORT_DATA = Bytes.ofHex("50".repeat(64));

  /** A real server's log has some hundred events. */
  private static final int EVENTS = 200;

  @Param SigningScheme scheme = SigningScheme.ECDSA;

  @Param({"false", "true"})
  boolean logged;

  private Evidence evidence = new Evidence(TpmVerifier.TECHNOLOGY, REPORT_DATA);
  private Appraiser appraiser = new Appraiser(List.of(), AppraisalPolicy.allowing(Set.of()));

  /** Signs one quote. */
  @Setup
  public void makeEvidence() throws Exception {
    TpmForge forge = new TpmForge();
    forge.scheme = scheme;
    forge.extraData = REPORT_DATA.sha256();
    if (logged) {
      TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
      for (int event = log.events.size(); event < EVENTS; event++) {
        log.measured(event % 8, 0xD, "a line of the boot loader's configuration " + event);
      }
      forge.follow(log);
    }
    evidence = forge.evidence();
    TpmRules rules =
        TpmRules.strict()
            .withCounters(
                new CounterRules(new RememberedCounters(Duration.ofDays(1), 4096), false));
    appraiser =
        new Appraiser(
            List.of(new TpmVerifier(AttestationKeys.pinned(Set.of(forge.name())))),
            BenchmarkPolicy.of(
                Set.of(TpmVerifier.TECHNOLOGY),
                logged ? rules.withLog(new EventLogRules(true, true, Set.of())) : rules));
  }

  @Benchmark
  public Appraisal appraise() {
    Appraisal appraisal = appraiser.appraise(evidence, REPORT_DATA, Instant.EPOCH);
    if (!(appraisal instanceof Appraisal.Accepted)) {
      throw new IllegalStateException("measured a refusal: " + appraisal.checks());
    }
    return appraisal;
  }
}
