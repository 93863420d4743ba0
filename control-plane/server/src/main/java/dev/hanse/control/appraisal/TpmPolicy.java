package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.tpm.CounterHistory;
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
  private static final Set<Integer> FIRMWARE = Set.of(0, 1, 2, 3, 4, 5, 6, 7);

  TpmPolicy {
    rules(bank, requiredPcrs, pcrs, unlogged, requireEventLog, requireSecureBoot, distrustedKeys);
  }

  TpmRules rules() {
    return rules(
        bank, requiredPcrs, pcrs, unlogged, requireEventLog, requireSecureBoot, distrustedKeys);
  }

  private static TpmRules rules(
      TpmHash bank,
      List<Integer> requiredPcrs,
      Map<Integer, List<String>> pcrs,
      List<Integer> unlogged,
      boolean requireEventLog,
      boolean requireSecureBoot,
      List<String> distrustedKeys) {
    return new TpmRules(
        bank,
        requiredPcrs.isEmpty() ? FIRMWARE : Set.copyOf(requiredPcrs),
        Digests.byIndex("pcrs", pcrs),
        unlogged.isEmpty() ? TpmRules.strict().unlogged() : Set.copyOf(unlogged),
        requireEventLog || requireSecureBoot,
        requireSecureBoot,
        false,
        Digests.of("distrusted-keys", distrustedKeys),
        CounterHistory.NONE);
  }
}
