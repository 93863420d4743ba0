package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.x509.Anchors;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TdxCollateralTest {
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

  private static void holdsToWindow(TdxForge forge, String from, String until) {
    Instant start = Instant.parse(from);
    Instant end = Instant.parse(until);

    claims(forge.verify(start));
    claims(forge.verify(end));
    refused(forge.verify(start.minusMillis(1)), Stage.COLLATERAL, Reason.NOT_YET_VALID);
    refused(forge.verify(end.plusMillis(1)), Stage.COLLATERAL, Reason.EXPIRED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"id\":\"TDX\" | \"id\":\"SGX\" | TCBINFO_ID",
        "\"version\":3 | \"version\":2 | VERSION",
        "\"version\":3 | \"version\":4 | VERSION",
        "\"tcbType\":0 | \"tcbType\":1 | TYPE",
        "\"tcbType\":0, | '' | STRUCTURE",
        "\"tcbType\":0 | \"tcbType\":0,\"tcbType\":0 | DUPLICATE_KEY",
        "\"tcbType\":0 | \"tcbType\":0,\"more\":0 | UNKNOWN_KEY",
        "\"svn\":5} | \"svn\":5,\"more\":1} | UNKNOWN_KEY",
        "\"isvsvn\":4} | \"isvsvn\":4,\"more\":1} | UNKNOWN_KEY",
        "\"pcesvn\":13 | \"pcesvn\":13,\"more\":1 | UNKNOWN_KEY",
        "\"tcbStatus\":\"UpToDate\" | \"tcbStatus\":\"UpToDate\",\"more\":1 | UNKNOWN_KEY",
        "\"id\":\"TDX_01\" | \"id\":\"TDX_01\",\"more\":1 | UNKNOWN_KEY",
        "\"tdxModule\":{ | \"tdxModule\":{\"more\":1, | UNKNOWN_KEY",
        "\"svn\":5} | \"svn\":256} | STRUCTURE",
        "\"svn\":5} | \"svn\":-1} | STRUCTURE",
        "\"svn\":5} | \"svn\":\"5\"} | STRUCTURE",
        "\"svn\":5} | \"svn\":5.0} | STRUCTURE",
        "\"svn\":5} | \"svn\":99999999999999999999} | STRUCTURE",
        "\"pcesvn\":13 | \"pcesvn\":65536 | STRUCTURE",
        "\"isvsvn\":4 | \"isvsvn\":65536 | STRUCTURE",
        "\"pceId\":\"0000\" | \"pceId\":\"00\" | STRUCTURE",
        "B0C06F000000 | B0C06F00 | STRUCTURE",
        "2026-06-19T00:00:00Z | tomorrow | STRUCTURE",
        "2025-03-01T00:00:00Z | 2025-03-01 | STRUCTURE",
        "[\"INTEL-SA-01192\"] | [1192] | STRUCTURE",
        "[\"INTEL-SA-01192\"] | \"INTEL-SA-01192\" | STRUCTURE",
        "{\"isvsvn\":4} | 4 | STRUCTURE",
        "[{\"tcb\":{\"isvsvn\":4} | {\"tcb\":{\"isvsvn\":4} | STRUCTURE",
        "{\"svn\":0}] | {\"svn\":0},{\"svn\":0}] | TCB_COMPONENTS",
        "{\"svn\":0},{\"svn\":0},{\"svn\":0}] | {\"svn\":0},{\"svn\":0}] | TCB_COMPONENTS"
      })
  void refusesTcbInfoOfAnotherFormThoughItIsSigned(String there, String instead, Reason reason) {
    forge.tcb(there, instead);

    collateralRefused(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"id\":\"TD_QE\" | \"id\":\"QE\" | QEID_ID",
        "\"version\":2 | \"version\":1 | VERSION",
        "\"version\":2 | \"version\":3 | VERSION",
        "\"isvprodid\":2 | \"isvprodid\":2,\"isvprodid\":2 | DUPLICATE_KEY",
        "\"isvprodid\":2 | \"isvprodid\":2,\"more\":2 | UNKNOWN_KEY",
        "\"isvprodid\":2 | \"isvprodid\":65536 | STRUCTURE",
        "\"isvprodid\":2, | '' | STRUCTURE",
        "\"miscselect\":\"00000000\" | \"miscselect\":\"0000\" | STRUCTURE",
        "\"miscselectMask\":\"FFFFFFFF\" | \"miscselectMask\":\"FFFF\" | STRUCTURE",
        "\"attributes\":\"11 | \"attributes\":\" | STRUCTURE",
        "\"attributesMask\":\"FB | \"attributesMask\":\" | STRUCTURE",
        "dc9e | dc | STRUCTURE",
        "\"isvsvn\":4} | \"isvsvn\":4,\"more\":1} | UNKNOWN_KEY",
        "\"tcbStatus\":\"UpToDate\" | \"tcbStatus\":\"UpToDate\",\"more\":1 | UNKNOWN_KEY"
      })
  void refusesQeIdentityOfAnotherFormThoughItIsSigned(String there, String instead, Reason reason) {
    forge.qeId(there, instead);

    collateralRefused(reason);
  }

  @Test
  void takesWhatIntelSaysOfComponentsAndNoModuleIdentities() {
    forge
        .tcb("{\"svn\":2}", "{\"svn\":2,\"category\":\"BIOS\",\"type\":\"TXT SINIT\"}")
        .tcb(
            forge.tcbInfo.substring(
                forge.tcbInfo.indexOf("\"tdxModuleIdentities\""),
                forge.tcbInfo.indexOf("\"tcbLevels\":[{\"tcb\":{\"sgx")),
            "")
        .body(1, "00");

    claims(forge.verify());
  }

  @Test
  void refusesABundleWithAFieldUnknownTwiceOrMissing() {
    forge.bundle.put("more", "1");
    collateralRefused(Reason.UNKNOWN_KEY);

    forge.bundle.clear();
    for (String field : forge.fields().keySet()) {
      Map<String, String> fields = forge.fields();
      fields.remove(field);
      Verification verification = verifyWith(TdxForge.json(fields));
      switch (field) {
        case "pck_crl_issuer_chain" -> claims(verification);
        case "root_ca_crl", "pck_crl" ->
            refused(verification, Stage.REVOCATION, Reason.CRL_MISSING);
        default -> refused(verification, Stage.COLLATERAL, Reason.STRUCTURE);
      }
    }

    String twice =
        new String(forge.collateral().toArray(), java.nio.charset.StandardCharsets.US_ASCII);
    refused(
        verifyWith(TdxForge.ascii("{\"pck_crl\":\"\"," + twice.substring(1))),
        Stage.COLLATERAL,
        Reason.DUPLICATE_KEY);
  }

  @Test
  void refusesABundleOverItsSize() {
    Bytes good = forge.collateral();
    byte[] padded = java.util.Arrays.copyOf(good.toArray(), TdxCollateral.LIMIT_BYTES + 1);
    java.util.Arrays.fill(padded, good.size(), padded.length, (byte) ' ');

    claims(verifyWith(Bytes.copyOf(java.util.Arrays.copyOf(padded, padded.length - 1))));
    refused(verifyWith(Bytes.copyOf(padded)), Stage.COLLATERAL, Reason.LENGTH);
  }

  @Test
  void refusesARevokedPlatform() {
    forge.revokedByCa.add(ForgedPki.make(forge.pckWish()));

    revocationRefused(Reason.PCK_REVOKED);
  }

  @Test
  void refusesARevokedAuthority() {
    forge.revokedByRoot.add(ForgedPki.make(forge.ca));

    revocationRefused(Reason.CERT_REVOKED);
  }

  @Test
  void refusesARevokedSignerOfTcbInfo() {
    forge.revokedByRoot.add(ForgedPki.make(forge.tcbSigner));

    revocationRefused(Reason.SIGNER_REVOKED);
  }

  @Test
  void refusesARevokedSignerOfTheQeIdentityAlone() {
    forge.qeSigner =
        new ForgedPki.Wish(
            ForgedPki.TCB_SIGNER,
            forge.tcbKey,
            ForgedPki.ROOT,
            forge.rootKey,
            4,
            ForgedPki.FROM,
            ForgedPki.UNTIL,
            -1,
            KeyUsage.digitalSignature,
            Bytes.copyOf(new byte[0]));
    claims(forge.verify());

    forge.revokedByRoot.add(ForgedPki.make(forge.qeSigner));

    revocationRefused(Reason.SIGNER_REVOKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"root_ca_crl", "pck_crl"})
  void refusesAListThatIsEmptyBrokenOrAnothers(String field) {
    Map<String, String> good = forge.fields();
    String others = field.equals("pck_crl") ? "root_ca_crl" : "pck_crl";

    forge.bundle.put(field, "");
    revocationRefused(Reason.CRL_MISSING);
    forge.bundle.put(field, "zz");
    revocationRefused(Reason.CRL_SIGNATURE);
    forge.bundle.put(field, "00");
    revocationRefused(Reason.CRL_SIGNATURE);
    forge.bundle.put(field, good.getOrDefault(others, ""));
    revocationRefused(Reason.CRL_ISSUER);
  }

  @Test
  void refusesListsSignedByAnotherKey() {
    ForgedKey rogue = ForgedKey.named("rogue");
    forge.bundle.put("pck_crl", list(ForgedPki.PLATFORM_CA, rogue, TdxForge.ISSUED));
    revocationRefused(Reason.CRL_SIGNATURE);

    forge.bundle.clear();
    forge.bundle.put("root_ca_crl", list(ForgedPki.ROOT, rogue, TdxForge.ISSUED));
    revocationRefused(Reason.CRL_SIGNATURE);
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

  private String list(String issuer, ForgedKey key, Instant from) {
    return ForgedPki.list(issuer, key, Set.of(), from, TdxForge.NEXT).hex();
  }

  private void collateralRefused(Reason reason) {
    refused(forge.verify(), Stage.COLLATERAL, reason);
  }

  private void revocationRefused(Reason reason) {
    refused(forge.verify(), Stage.REVOCATION, reason);
  }

  private Verification verifyWith(Bytes bundle) {
    return forge.verifier(bundle).verify(TdxForge.evidence(forge.quote()), TdxForge.AT);
  }
}
