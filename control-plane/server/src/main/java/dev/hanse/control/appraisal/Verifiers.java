package dev.hanse.control.appraisal;

import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.azure.AzureVerifier;
import dev.hanse.attestation.nitro.NitroVerifier;
import dev.hanse.attestation.nvidia.NvidiaVerifier;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tdx.TdxVerifier;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.attestation.tpm.TpmVerifier;
import dev.hanse.attestation.x509.Anchors;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A verifier for every real technology. */
public final class Verifiers {
  private Verifiers() {}

  /**
   * Makes them.
   *
   * @param collateral asked anew at every verification
   * @param anchors to trust in place of the vendors' own; empty: those
   * @param revocation what to do where AMD's revocation list is not kept
   * @param floors under the numbers of collateral
   * @param keys which TPMs' attestation keys are believed
   */
  public static List<Verifier> of(
      Supplier<CollateralStore> collateral,
      Optional<Anchors> anchors,
      SnpVerifier.Revocation revocation,
      RollbackFloors floors,
      AttestationKeys keys) {
    CollateralStore current = id -> collateral.get().find(id);
    SnpVerifier snp =
        new SnpVerifier(
            anchors.orElse(Anchors.pinned(SnpVerifier.AMD_ROOTS)), collateral, revocation, floors);
    TdxVerifier tdx =
        new TdxVerifier(anchors.orElse(Anchors.pinned(TdxVerifier.INTEL_ROOTS)), current, floors);
    return List.of(
        snp,
        tdx,
        AzureVerifier.onSnp(snp),
        AzureVerifier.onTdx(tdx),
        new TpmVerifier(keys),
        anchors.map(NitroVerifier::new).orElseGet(NitroVerifier::production),
        anchors
            .map(given -> new NvidiaVerifier(given, given, collateral))
            .orElseGet(() -> NvidiaVerifier.production(collateral)));
  }
}
