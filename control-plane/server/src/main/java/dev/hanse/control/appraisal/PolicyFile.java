package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.attestation.azure.AzureRules;
import dev.hanse.attestation.azure.AzureVerifier;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.tpm.CounterHistory;
import dev.hanse.attestation.tpm.TpmRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A policy as operators write it. A technology is allowed if its section is there, with what the
 * section asks; one without is refused.
 */
@Doc("What evidence is accepted. A technology is allowed if its section is there.")
public record PolicyFile(
    @Doc("Names the policy in results and logs: 1 to 32 of a-z 0-9 . _ -.") String id,
    @Doc("Rises with every change; a control plane takes no lower one than it had.") long version,
    @Doc("How old evidence may be, where it says when it was made.") @Default("2m") Duration maxAge,
    @Doc("How far ahead of ours a node's clock may be.") @Default("30s") Duration clockSkew,
    @Doc("How long a result holds before fresh evidence is needed; 1m to 1h.") @Default("1h")
        Duration resultLife,
    @Doc("Fewest GPUs that must prove themselves beside their machine.") @Default("0") int minGpus,
    @Doc("Most GPUs.") @Default("16") int maxGpus,
    @Doc("Whether software that proves nothing but a key is accepted: for demos and drills.")
        @Default("false")
        boolean allowSimulated,
    Optional<SnpPolicy> sevSnp,
    Optional<TdxPolicy> intelTdx,
    Optional<TpmPolicy> tpm2,
    Optional<NitroPolicy> awsNitro,
    Optional<GpuPolicy> nvidiaGpu,
    @Doc(
            "Whether Azure's confidential VMs are accepted: what tpm2 asks of their virtual TPM,"
                + " and what sev-snp or intel-tdx asks of their machine.")
        @Default("false")
        boolean allowAzureVtpm) {
  private static final Duration LONGEST_LIFE = Duration.ofHours(1);
  private static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);

  public PolicyFile {
    new AppraisalPolicy(
        id,
        version,
        Set.of(),
        List.of(),
        new Composition(minGpus, maxGpus),
        maxAge,
        clockSkew,
        resultLife);
    if (resultLife.compareTo(SHORTEST_LIFE) < 0 || resultLife.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException("result-life must be 1m to 1h, was " + resultLife);
    }
    if (allowAzureVtpm && (tpm2.isEmpty() || (sevSnp.isEmpty() && intelTdx.isEmpty()))) {
      throw new IllegalArgumentException(
          "allow-azure-vtpm needs tpm2, and sev-snp or intel-tdx, to say what is asked");
    }
    if (allowAzureVtpm && intelTdx.isPresent() && asksLess(tpm2.orElseThrow(), intelTdx.get())) {
      throw new IllegalArgumentException(
          "an Azure machine's event log is its virtual TPM's: with allow-azure-vtpm, what intel-tdx"
              + " asks of it (require-event-log, require-secure-boot) tpm2 must ask, too");
    }
    if (!allowSimulated
        && sevSnp.isEmpty()
        && intelTdx.isEmpty()
        && tpm2.isEmpty()
        && awsNitro.isEmpty()) {
      throw new IllegalArgumentException("a policy that allows no environment admits nobody");
    }
  }

  private static boolean asksLess(TpmPolicy vtpm, TdxPolicy tdx) {
    boolean logged = vtpm.requireEventLog() || vtpm.requireSecureBoot();
    return (tdx.requireEventLog() && !logged)
        || (tdx.requireSecureBoot() && !vtpm.requireSecureBoot());
  }

  /**
   * Reads a policy. No environment and no flags reach into it: what was signed is what holds.
   *
   * @param history what TPMs said in earlier exchanges
   * @throws dev.hanse.api.config.ConfigException naming line, key and fix
   */
  public static AppraisalPolicy read(String yaml, CounterHistory history) {
    return StrictYaml.read(yaml, PolicyFile.class, Map.of(), Map.of()).policy(history);
  }

  /** Reads a policy to look at, or to judge by once. */
  public static AppraisalPolicy read(String yaml) {
    return read(yaml, CounterHistory.NONE);
  }

  private AppraisalPolicy policy(CounterHistory history) {
    List<Rules> rules = new ArrayList<>();
    sevSnp.map(SnpPolicy::rules).ifPresent(rules::add);
    intelTdx.map(TdxPolicy::rules).ifPresent(rules::add);
    tpm2.map(tpm -> tpm.rules(history)).ifPresent(rules::add);
    awsNitro.map(NitroPolicy::rules).ifPresent(rules::add);
    nvidiaGpu.map(GpuPolicy::rules).ifPresent(rules::add);
    if (allowAzureVtpm) {
      TpmRules vtpm = tpm2.orElseThrow().rules(history);
      sevSnp.map(snp -> new AzureRules(AzureVerifier.SNP, snp.rules(), vtpm)).ifPresent(rules::add);
      intelTdx
          .map(tdx -> new AzureRules(AzureVerifier.TDX, tdx.rules().leavingEventLog(), vtpm))
          .ifPresent(rules::add);
    }
    Set<String> technologies = new HashSet<>();
    rules.forEach(rule -> technologies.add(rule.technology()));
    if (allowSimulated) {
      technologies.add(SimulatedVerifier.TECHNOLOGY);
    }
    return new AppraisalPolicy(
        id,
        version,
        technologies,
        rules,
        new Composition(minGpus, maxGpus),
        maxAge,
        clockSkew,
        resultLife);
  }
}
