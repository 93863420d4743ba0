package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Anchors;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who signed collateral, over which bytes. */
class TdxCollateralSignatureTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void refusesTcbInfoThatWasTouched() {
    forge.bundle.put("tcb_info", forge.tcbInfo.replace("\"svn\":5", "\"svn\": 5"));

    collateralRefused(Reason.TCBINFO_SIGNATURE);
  }

  @Test
  void refusesTcbInfoThatWasSerialisedAnew() {
    String reordered =
        forge
            .tcbInfo
            .replace("\"id\":\"TDX\",", "")
            .replace("{\"version\":3,", "{\"version\":3,\"id\":\"TDX\",");
    forge.bundle.put("tcb_info", reordered);

    assertThat(reordered).hasSameSizeAs(forge.tcbInfo);
    collateralRefused(Reason.TCBINFO_SIGNATURE);
  }

  @Test
  void refusesQeIdentityThatWasTouched() {
    forge.bundle.put("qe_identity", forge.qeIdentity.replace("dc9e", "dc9f"));

    collateralRefused(Reason.QEID_SIGNATURE);
  }

  @Test
  void refusesSignaturesThatWereSwapped() {
    Map<String, String> fields = forge.fields();
    forge.bundle.put("tcb_info_signature", fields.get("qe_identity_signature"));

    collateralRefused(Reason.TCBINFO_SIGNATURE);
  }

  @ParameterizedTest
  @CsvSource({"tcb_info_signature, TCBINFO_SIGNATURE", "qe_identity_signature, QEID_SIGNATURE"})
  void refusesASignatureOfZeros(String field, Reason reason) {
    forge.bundle.put(field, "00".repeat(64));

    collateralRefused(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcb_info_signature", "qe_identity_signature"})
  void refusesASignatureThatIsNone(String field) {
    for (String none : List.of("", "00", "zz".repeat(64), "00".repeat(65), "00".repeat(63))) {
      forge.bundle.put(field, none);

      collateralRefused(Reason.STRUCTURE);
    }
  }

  @Test
  void refusesTcbInfoSignedByThePlatformsAuthority() {
    forge.bundle.put("tcb_info_signature", TdxForge.signature(forge.caKey, forge.tcbInfo));
    forge.bundle.put(
        "tcb_info_issuer_chain",
        ForgedPki.pem(ForgedPki.make(forge.ca), ForgedPki.make(forge.root)));

    collateralRefused(Reason.TCBINFO_SIGNER);
  }

  @Test
  void refusesTcbInfoSignedByAPlatform() {
    forge.bundle.put("tcb_info_signature", TdxForge.signature(forge.pckKey, forge.tcbInfo));
    forge.bundle.put("tcb_info_issuer_chain", ForgedPki.pem(forge.platformChain()));

    collateralRefused(Reason.TCBINFO_SIGNER);
  }

  @Test
  void refusesASignerThatIsAnAuthorityOrMayNotSign() {
    for (ForgedPki.Wish signer :
        List.of(
            forge.tcbSigner.using(0, KeyUsage.digitalSignature),
            forge.tcbSigner.using(-1, 0),
            forge.tcbSigner.using(-1, KeyUsage.keyAgreement),
            forge.tcbSigner.named("Intel SGX TCB Signing 2"))) {
      TdxForge tcb = new TdxForge();
      tcb.tcbSigner = signer;
      refused(tcb.verify(), Stage.COLLATERAL, Reason.TCBINFO_SIGNER);

      TdxForge qe = new TdxForge();
      qe.qeSigner = signer;
      refused(qe.verify(), Stage.COLLATERAL, Reason.SIGNER);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcb_info_issuer_chain", "qe_identity_issuer_chain"})
  void refusesASignerUnderAnotherRoot(String field) {
    ForgedKey rogue = ForgedKey.named("rogue");
    X509Certificate root = ForgedPki.make(ForgedPki.root(rogue));
    X509Certificate signer = ForgedPki.make(ForgedPki.tcbSigner(forge.tcbKey, rogue));
    forge.bundle.put(field, ForgedPki.pem(signer, root));

    collateralRefused(Reason.UNTRUSTED_ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcb_info_issuer_chain", "qe_identity_issuer_chain"})
  void refusesASignerUnderAnotherTrustedRootThanThePlatforms(String field) {
    ForgedKey second = ForgedKey.named("second");
    X509Certificate root = ForgedPki.make(ForgedPki.root(second));
    X509Certificate signer = ForgedPki.make(ForgedPki.tcbSigner(forge.tcbKey, second));
    forge.bundle.put(field, ForgedPki.pem(signer, root));
    TdxVerifier trustsBoth =
        new TdxVerifier(
            Anchors.of(List.of(root, ForgedPki.make(forge.root))),
            id -> java.util.Optional.of(forge.collateral()));

    refused(
        trustsBoth.verify(TdxForge.evidence(forge.quote()), TdxForge.AT),
        Stage.COLLATERAL,
        Reason.UNTRUSTED_ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcb_info_issuer_chain", "qe_identity_issuer_chain"})
  void refusesAChainThatIsNone(String field) {
    forge.bundle.put(field, "");

    collateralRefused(Reason.STRUCTURE);
  }

  private void collateralRefused(Reason reason) {
    refused(forge.verify(), Stage.COLLATERAL, reason);
  }
}
