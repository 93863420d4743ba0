package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What form collateral has, signed or not. */
class TdxCollateralFormTest {
  private final TdxForge forge = new TdxForge();

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

  private void collateralRefused(Reason reason) {
    refused(forge.verify(), Stage.COLLATERAL, reason);
  }

  private Verification verifyWith(Bytes bundle) {
    return forge.verifier(bundle).verify(TdxForge.evidence(forge.quote()), TdxForge.AT);
  }
}
