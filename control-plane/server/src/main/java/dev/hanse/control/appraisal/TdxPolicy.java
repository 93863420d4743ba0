package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tdx.TcbStatus;
import dev.hanse.attestation.tdx.TdAttributes;
import dev.hanse.attestation.tdx.TdxField;
import dev.hanse.attestation.tdx.TdxRules;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** What TDX quotes must state. */
@Doc("Intel TDX.")
record TdxPolicy(
    @Doc("Accepted statuses of platform, module and quoting enclave; empty: up-to-date alone.")
        List<TcbStatus> tcbStatuses,
    @Doc("How long after its date an outdated level still passes.") @Default("0s")
        Duration tcbGrace,
    @Doc("Advisories that must not be open, for example INTEL-SA-01036.")
        List<String> refusedAdvisories,
    @Doc("Lowest tcbEvaluationDataNumber of the collateral.") @Default("0") int minTcbEvaluation,
    @Doc("Values by field, in hexadecimal, such as mrtd or rtmr1; what is not there is not asked.")
        Map<TdxField, List<String>> allowed,
    @Doc("Values by field of which nothing is believed, such as fmspc, ppid or mrseam.")
        Map<TdxField, List<String>> distrusted,
    @Doc("Whether debugging may be on: such a domain can be read from outside.") @Default("false")
        boolean allowDebug,
    @Doc("Whether it may be moved.") @Default("false") boolean allowMigration,
    @Doc(
            """
            Whether the event log of its boot (CCEL) must come along; one that comes is always
            replayed. On Azure it is the virtual TPM's, and tpm2 asks for it.\
            """)
        @Default("false")
        boolean requireEventLog,
    @Doc("Whether that log must say that UEFI Secure Boot was on.") @Default("false")
        boolean requireSecureBoot) {
  TdxPolicy {
    rules(
        tcbStatuses,
        tcbGrace,
        refusedAdvisories,
        minTcbEvaluation,
        allowed,
        distrusted,
        allowDebug,
        allowMigration,
        requireEventLog,
        requireSecureBoot);
  }

  TdxRules rules() {
    return rules(
        tcbStatuses,
        tcbGrace,
        refusedAdvisories,
        minTcbEvaluation,
        allowed,
        distrusted,
        allowDebug,
        allowMigration,
        requireEventLog,
        requireSecureBoot);
  }

  private static TdxRules rules(
      List<TcbStatus> tcbStatuses,
      Duration tcbGrace,
      List<String> refusedAdvisories,
      int minTcbEvaluation,
      Map<TdxField, List<String>> allowed,
      Map<TdxField, List<String>> distrusted,
      boolean allowDebug,
      boolean allowMigration,
      boolean requireEventLog,
      boolean requireSecureBoot) {
    long permitted =
        TdxRules.HARMLESS_ATTRIBUTES
            | (allowDebug ? TdAttributes.DEBUG : 0)
            | (allowMigration ? TdAttributes.MIGRATABLE : 0);
    return new TdxRules(
        tcbStatuses.isEmpty() ? Set.of(TcbStatus.UP_TO_DATE) : Set.copyOf(tcbStatuses),
        tcbGrace,
        Set.copyOf(refusedAdvisories),
        minTcbEvaluation == 0 ? OptionalInt.empty() : OptionalInt.of(minTcbEvaluation),
        values("allowed", allowed),
        values("distrusted", distrusted),
        permitted,
        0,
        requireEventLog || requireSecureBoot,
        requireSecureBoot);
  }

  private static Map<TdxField, Set<Bytes>> values(String key, Map<TdxField, List<String>> byField) {
    Map<TdxField, Set<Bytes>> values = new EnumMap<>(TdxField.class);
    byField.forEach((field, hex) -> values.put(field, Digests.of(key, hex)));
    return values;
  }
}
