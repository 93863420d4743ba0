package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.tpm.CounterHistory;
import dev.hanse.attestation.tpm.CounterRules;
import dev.hanse.attestation.tpm.EventLogRules;
import dev.hanse.attestation.tpm.PcrRules;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmRules;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What TPM quotes must be over, and what they must say. */
@Doc("TPM 2.0.")
record TpmPolicy(
    @Doc("The bank that is quoted: sha256 or sha384.") @Default("sha256") TpmHash bank,
    @Doc("Registers that must be quoted; empty: 0 to 7.") List<Integer> requiredPcrs,
    @Doc("What registers may hold: index to digests in hexadecimal.")
        Map<Integer, List<String>> pcrs,
    @Doc("Registers the firmware's log need not explain; empty: 10, which the kernel's own does.")
        List<Integer> unlogged,
    @Doc("Whether an event log must come along; one that comes is always replayed.")
        @Default("false")
        boolean requireEventLog,
    @Doc("Whether the log must say that UEFI Secure Boot was on.") @Default("false")
        boolean requireSecureBoot,
    @Doc("Names of attestation or endorsement keys of which nothing is believed.")
        List<String> distrustedKeys) {
  TpmPolicy {
    // What the rules would refuse is refused here, where a line of the file is at hand.
    var _ =
        new TpmRules(
            pcrRules(bank, requiredPcrs, pcrs),
            EventLogRules.WHERE_GIVEN,
            CounterRules.NONE,
            Digests.of("distrusted-keys", distrustedKeys));
  }

  /**
   * What it comes to.
   *
   * @param history what a TPM's counters are held against
   */
  TpmRules rules(CounterHistory history) {
    return new TpmRules(
        pcrRules(bank, requiredPcrs, pcrs),
        new EventLogRules(
            requireEventLog || requireSecureBoot,
            requireSecureBoot,
            unlogged.isEmpty() ? EventLogRules.WHERE_GIVEN.unlogged() : Set.copyOf(unlogged)),
        new CounterRules(history, false),
        Digests.of("distrusted-keys", distrustedKeys));
  }

  private static PcrRules pcrRules(
      TpmHash bank, List<Integer> requiredPcrs, Map<Integer, List<String>> pcrs) {
    return new PcrRules(
        bank,
        requiredPcrs.isEmpty() ? TpmRules.strict().pcrs().required() : Set.copyOf(requiredPcrs),
        Digests.byIndex("pcrs", pcrs));
  }
}
