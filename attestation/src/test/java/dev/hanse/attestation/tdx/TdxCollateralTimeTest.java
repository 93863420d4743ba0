package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When collateral is good. */
class TdxCollateralTimeTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void refusesASignerBeforeAndAfterItsTime() {
    forge.tcbSigner = forge.tcbSigner.valid(ForgedPki.FROM, TdxForge.AT.minusSeconds(1));
    collateralRefused(Reason.EXPIRED);

    forge.tcbSigner = forge.tcbSigner.valid(TdxForge.AT.plusSeconds(1), ForgedPki.UNTIL);
    collateralRefused(Reason.NOT_YET_VALID);

    forge.tcbSigner = forge.tcbSigner.valid(TdxForge.AT, TdxForge.AT);
    claims(forge.verify());
  }

  @Test
  void holdsToTheWindowOfTheTcbInfoToTheSecond() {
    TdxForge info = new TdxForge().tcb("2026-05-20", "2026-05-25").tcb("2026-06-19", "2026-06-05");

    holdsToWindow(info, "2026-05-25T00:00:00Z", "2026-06-05T00:00:00Z");
  }

  @Test
  void holdsToTheWindowOfTheQeIdentityToTheSecond() {
    TdxForge identity =
        new TdxForge().qeId("2026-05-20", "2026-05-25").qeId("2026-06-19", "2026-06-05");

    holdsToWindow(identity, "2026-05-25T00:00:00Z", "2026-06-05T00:00:00Z");
  }

  @Test
  void refusesListsOutsideTheirTimeAndEndsWithThem() {
    Instant at = TdxForge.AT;
    forge.bundle.put(
        "pck_crl",
        ForgedPki.list(ForgedPki.PLATFORM_CA, forge.caKey, Set.of(), at, at.plusSeconds(9)).hex());
    assertThat(claims(forge.verify()).endorsedUntil()).isEqualTo(at.plusSeconds(9));
    refused(forge.verify(at.minusSeconds(1)), Stage.REVOCATION, Reason.CRL_NOT_YET_VALID);
    refused(forge.verify(at.plusSeconds(10)), Stage.REVOCATION, Reason.CRL_EXPIRED);

    forge.bundle.clear();
    forge.bundle.put(
        "root_ca_crl",
        ForgedPki.list(ForgedPki.ROOT, forge.rootKey, Set.of(), at, at.plusSeconds(7)).hex());
    assertThat(claims(forge.verify()).endorsedUntil()).isEqualTo(at.plusSeconds(7));
    refused(forge.verify(at.minusSeconds(1)), Stage.REVOCATION, Reason.CRL_NOT_YET_VALID);
    refused(forge.verify(at.plusSeconds(8)), Stage.REVOCATION, Reason.CRL_EXPIRED);
  }

  private static void holdsToWindow(TdxForge forge, String from, String until) {
    Instant start = Instant.parse(from);
    Instant end = Instant.parse(until);

    claims(forge.verify(start));
    claims(forge.verify(end));
    refused(forge.verify(start.minusMillis(1)), Stage.COLLATERAL, Reason.NOT_YET_VALID);
    refused(forge.verify(end.plusMillis(1)), Stage.COLLATERAL, Reason.EXPIRED);
  }

  private void collateralRefused(Reason reason) {
    refused(forge.verify(), Stage.COLLATERAL, reason);
  }
}
