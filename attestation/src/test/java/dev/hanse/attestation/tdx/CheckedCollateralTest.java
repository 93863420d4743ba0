package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CheckedOnce;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Chain;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckedCollateralTest {
  private final TdxForge forge = new TdxForge();
  private final CheckedCollateral checked = new CheckedCollateral();

  @Test
  void checksTheSameCollateralOnce() throws Rejection {
    TdxCollateral first = of(forge.collateral(), TdxForge.AT);

    assertThat(of(forge.collateral(), TdxForge.AT)).isSameAs(first);
    assertThat(of(forge.collateral(), TdxForge.AT.plusSeconds(1))).isSameAs(first);
    assertThat(of(forge.collateral(), TdxForge.NEXT)).isSameAs(first);
  }

  @Test
  void checksAnewBeforeTheTimeItWasChecked() throws Rejection {
    TdxCollateral first = of(forge.collateral(), TdxForge.AT);

    assertThat(of(forge.collateral(), TdxForge.AT.minusSeconds(1))).isNotSameAs(first);
  }

  @Test
  void neverOutlivesWhatExpiresFirst() throws Rejection {
    Bytes bundle = forge.collateral();
    Chain platform = platform(forge);
    Instant late = TdxForge.NEXT.plusMillis(1);
    of(bundle, TdxForge.AT);

    rejected(
        () -> checked.of(TdxForge.FMSPC, bundle, platform, forge.anchors(), late),
        Stage.COLLATERAL,
        Reason.EXPIRED);
  }

  @Test
  void checksOtherBytesAnew() throws Rejection {
    of(forge.collateral(), TdxForge.AT);
    forge.bundle.put("tcb_info_signature", "00".repeat(64));
    Bytes forged = forge.collateral();
    Chain platform = platform(forge);

    rejected(
        () -> checked.of(TdxForge.FMSPC, forged, platform, forge.anchors(), TdxForge.AT),
        Stage.COLLATERAL,
        Reason.TCBINFO_SIGNATURE);
  }

  @Test
  void checksAnewUnderAnotherAuthority() throws Rejection {
    Bytes bundle = forge.collateral();
    of(bundle, TdxForge.AT);
    TdxForge other = new TdxForge();
    other.ca =
        new ForgedPki.Wish(
            ForgedPki.PLATFORM_CA,
            other.caKey,
            ForgedPki.ROOT,
            other.rootKey,
            77,
            ForgedPki.FROM,
            ForgedPki.UNTIL,
            0,
            other.ca.usage(),
            other.ca.sgx());
    other.revokedByRoot.add(ForgedPki.make(other.ca));
    TdxCollateral first = of(bundle, TdxForge.AT);

    assertThat(checked.of(TdxForge.FMSPC, bundle, platform(other), forge.anchors(), TdxForge.AT))
        .isNotSameAs(first);
  }

  @Test
  void asksForRevocationWithEveryQuote() {
    TdxForge revoking = new TdxForge();
    ForgedPki.Wish other =
        new ForgedPki.Wish(
            ForgedPki.PCK,
            revoking.pckKey,
            ForgedPki.PLATFORM_CA,
            revoking.caKey,
            101,
            ForgedPki.FROM,
            ForgedPki.UNTIL,
            -1,
            revoking.pckWish().usage(),
            revoking.extension());
    revoking.revokedByCa.add(ForgedPki.make(other));
    TdxVerifier verifier =
        new TdxVerifier(revoking.anchors(), id -> Optional.of(revoking.collateral()));

    claims(verifier.verify(TdxForge.evidence(revoking.quote()), TdxForge.AT));
    refused(
        verifier.verify(
            TdxForge.evidence(
                revoking.quote(
                    ForgedPki.make(other),
                    ForgedPki.make(revoking.ca),
                    ForgedPki.make(revoking.root))),
            TdxForge.AT),
        Stage.REVOCATION,
        Reason.PCK_REVOKED);
  }

  @Test
  void keepsNoMoreThanItsLimit() throws Rejection {
    Chain platform = platform(forge);
    Bytes bundle = forge.collateral();

    for (int i = 0; i < CheckedOnce.LIMIT; i++) {
      checked.of("family " + i, bundle, platform, forge.anchors(), TdxForge.AT);
    }
    assertThat(checked.size()).isEqualTo(CheckedOnce.LIMIT);

    checked.of("one more", bundle, platform, forge.anchors(), TdxForge.AT);
    assertThat(checked.size()).isEqualTo(1);
  }

  private TdxCollateral of(Bytes bundle, Instant at) throws Rejection {
    return checked.of(TdxForge.FMSPC, bundle, platform(forge), forge.anchors(), at);
  }

  private static Chain platform(TdxForge forge) throws Rejection {
    return SignedQuote.verify(forge.quote(), forge.anchors(), TdxForge.AT).chain();
  }
}
