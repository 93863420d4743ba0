package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcbEvaluationTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void findsThePlatformUpToDateAtExactlyTheHighestLevel() {
    TcbEvaluation tcb = evaluate(forge);

    assertThat(tcb.tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
    assertThat(tcb.qe()).isEqualTo(TcbStatus.UP_TO_DATE);
    assertThat(tcb.worst()).isEqualTo(TcbStatus.UP_TO_DATE);
    assertThat(tcb.tdxDate()).isEqualTo("2025-01-01T00:00:00Z");
    assertThat(tcb.qeDate()).isEqualTo("2025-01-01T00:00:00Z");
    assertThat(tcb.advisories()).isEmpty();
    assertThat(tcb.evaluation()).isEqualTo(18);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void oneSgxVersionTooLowMeansTheNextLevel(int component) {
    forge.svns[component]--;

    TcbEvaluation tcb = evaluate(forge);

    assertThat(tcb.tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(tcb.tdxDate()).isEqualTo("2024-01-01T00:00:00Z");
    assertThat(tcb.advisories()).containsExactly("INTEL-SA-01036", "INTEL-SA-01099");
    assertThat(tcb.worst()).isEqualTo(TcbStatus.OUT_OF_DATE);
  }

  @Test
  void oneTdxVersionTooLowMeansTheNextLevel() {
    assertThat(evaluate(forge.body(2, "02")).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
  }

  @Test
  void thePceVersionCounts() {
    forge.pceSvn = 12;
    assertThat(evaluate(forge).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);

    forge.pceSvn = 10;
    unsupported(forge);
  }

  @Test
  void versionsAboveALevelCountForIt() {
    forge.svns[15] = 255;
    forge.pceSvn = 65535;
    forge.body(2, "ff").body(15, "ff");

    assertThat(evaluate(forge).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "7, 4"})
  void refusesAPlatformBelowEveryLevel(int component, int svn) {
    forge.svns[component] = svn;

    unsupported(forge);
  }

  @Test
  void everyComponentIsCompared() {
    TdxForge each = new TdxForge();
    each.tcb("{\"svn\":0}],\"pcesvn\":13", "{\"svn\":1}],\"pcesvn\":13");
    assertThat(evaluate(each).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
    each.svns[15] = 1;
    assertThat(evaluate(each).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);

    TdxForge tdx = new TdxForge();
    tdx.tcb("{\"svn\":0}]},\"tcbDate\":\"2025-01-01", "{\"svn\":200}]},\"tcbDate\":\"2025-01-01");
    assertThat(evaluate(tdx).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
    tdx.body(15, "c8");
    assertThat(evaluate(tdx).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void refusesAnotherFamilyOrProvisioningEnclave() {
    refused(
        new TdxForge().tcb("B0C06F000000", "B0C06F000001").verify(),
        Stage.ENDORSEMENT,
        Reason.FMSPC);
    refused(
        new TdxForge().tcb("\"pceId\":\"0000\"", "\"pceId\":\"0001\"").verify(),
        Stage.ENDORSEMENT,
        Reason.PCEID);
  }

  @Test
  void aModuleOfALaterVersionHasLevelsOfItsOwn() {
    assertThat(evaluate(forge.body(0, "04")).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);

    TcbEvaluation outdated = evaluate(forge.body(0, "03"));

    assertThat(outdated.tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(outdated.tdxDate()).isEqualTo("2023-02-02T00:00:00Z");
    assertThat(outdated.advisories()).containsExactly("INTEL-SA-01192");
    assertThat(evaluate(forge.body(0, "02")).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
    unsupported(forge.body(0, "01"));
  }

  @Test
  void bothPlatformAndModuleOutdatedAddUp() {
    forge.body(0, "02").svns[0] = 4;

    TcbEvaluation tcb = evaluate(forge);

    assertThat(tcb.tdxDate()).isEqualTo("2023-02-02T00:00:00Z");
    assertThat(tcb.advisories())
        .containsExactly("INTEL-SA-01036", "INTEL-SA-01099", "INTEL-SA-01192");
  }

  @Test
  void refusesAModuleOfAVersionThatIntelDoesNotName() {
    unsupported(forge.body(1, "02"));
    unsupported(new TdxForge().body(1, "ff"));
  }

  @Test
  void knowsModulesByTwoHexadecimalDigits() {
    forge.tcb("TDX_01", "TDX_1a").body(1, "1a");

    assertThat(evaluate(forge).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void aModuleOfVersionZeroIsComparedWithThePlatform() {
    forge.body(1, "00").body(0, "05");
    assertThat(evaluate(forge).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);

    unsupported(forge.body(0, "04"));
  }

  @ParameterizedTest
  @CsvSource({"00, tdxModule", "01, tdxModuleIdentities"})
  void refusesAModuleOfAnotherSignerOrWithOtherAttributes(String major, String where) {
    TdxForge signer = new TdxForge().body(1, major).body(64, "01");
    TdxForge attributes = new TdxForge().body(1, major).body(112, "01");
    TdxForge last = new TdxForge().body(1, major).body(119, "80");

    refused(signer.verify(), Stage.ENDORSEMENT, Reason.TDX_MODULE_SIGNER);
    refused(attributes.verify(), Stage.ENDORSEMENT, Reason.TDX_MODULE_ATTRIBUTES);
    refused(last.verify(), Stage.ENDORSEMENT, Reason.TDX_MODULE_ATTRIBUTES);

    int at = attributes.tcbInfo.indexOf("\"" + where + "\"");
    attributes.tcbInfo =
        attributes.tcbInfo.substring(0, at)
            + attributes.tcbInfo.substring(at).replaceFirst("FFFFFFFFFFFFFFFF", "FEFFFFFFFFFFFFFF");
    assertThat(evaluate(attributes).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @ParameterizedTest
  @CsvSource({
    "16, 01", "19, 80", "48, 14", "48, 17", "50, 01", "128, dd", "159, c4", "256, 01", "257, 01"
  })
  void refusesAnotherQuotingEnclave(int at, String hex) {
    refused(forge.qe(at, hex).verify(), Stage.ENDORSEMENT, Reason.QE_IDENTITY);
  }

  @ParameterizedTest
  @CsvSource({"48, 11", "56, ff", "63, ff", "64, ff", "0, ff"})
  void doesNotCompareWhatIsMaskedOrNotNamed(int at, String hex) {
    assertThat(evaluate(forge.qe(at, hex)).qe()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void theQuotingEnclaveHasLevelsOfItsOwn() {
    assertThat(evaluate(forge.qe(258, "04")).qe()).isEqualTo(TcbStatus.UP_TO_DATE);

    TcbEvaluation outdated = evaluate(forge.qe(258, "03"));

    assertThat(outdated.qe()).isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(outdated.qeDate()).isEqualTo("2023-01-01T00:00:00Z");
    assertThat(outdated.tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
    assertThat(outdated.worst()).isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(outdated.advisories()).containsExactly("INTEL-SA-00700");
    assertThat(evaluate(forge.qe(258, "02")).qe()).isEqualTo(TcbStatus.OUT_OF_DATE);
    refused(forge.qe(258, "01").verify(), Stage.ENDORSEMENT, Reason.QE_TCB);
    assertThat(evaluate(forge.qe(258, "0001")).qe()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void refusesARevokedPlatformModuleOrEnclave() {
    TdxForge platform = new TdxForge();
    platform.tcb(
        "\"tcbDate\":\"2025-01-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"",
        "\"tcbDate\":\"2025-01-01T00:00:00Z\",\"tcbStatus\":\"Revoked\"");
    TdxForge module = new TdxForge();
    module.tcb(
        "\"tcbDate\":\"2025-03-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"",
        "\"tcbDate\":\"2025-03-01T00:00:00Z\",\"tcbStatus\":\"Revoked\"");
    TdxForge enclave = new TdxForge().qeId("UpToDate", "Revoked");

    refused(platform.verify(), Stage.ENDORSEMENT, Reason.TCB_STATUS);
    refused(module.verify(), Stage.ENDORSEMENT, Reason.TCB_STATUS);
    refused(enclave.verify(), Stage.ENDORSEMENT, Reason.QE_TCB);
  }

  @Test
  void refusesAStatusThatIsUnknownWhereItCounts() {
    refused(
        new TdxForge().tcb("UpToDate", "Splendid").verify(),
        Stage.ENDORSEMENT,
        Reason.TCB_STATUS_UNKNOWN);
    refused(
        new TdxForge().qeId("UpToDate", "TDRelaunchAdvised").verify(),
        Stage.ENDORSEMENT,
        Reason.TCB_STATUS_UNKNOWN);
    assertThat(evaluate(new TdxForge().tcb("OutOfDate", "Splendid")).tdx())
        .isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void tellsTheLowerEvaluationOfTheTwo() {
    String field = "\"tcbEvaluationDataNumber\":";

    assertThat(evaluate(new TdxForge().tcb(field + 18, field + 17)).evaluation()).isEqualTo(17);
    assertThat(evaluate(new TdxForge().qeId(field + 18, field + 16)).evaluation()).isEqualTo(16);
  }

  @Test
  void aModuleReplacedUnderTheDomainAdvisesARelaunch() {
    TdxForge later = TdxForge.later().body(0, "020103").body(584, "060103");

    TcbEvaluation tcb = evaluate(later);

    assertThat(tcb.tdx()).isEqualTo(TcbStatus.TD_RELAUNCH_ADVISED);
    assertThat(tcb.tdxDate()).isEqualTo("2023-02-02T00:00:00Z");
    assertThat(tcb.advisories()).containsExactly("INTEL-SA-01192");
  }

  @Test
  void aModuleThatIsOutdatedNowIsOutOfDate() {
    assertThat(evaluate(TdxForge.later().body(584, "020103")).tdx())
        .isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(evaluate(TdxForge.later().body(0, "020103").body(584, "020103")).tdx())
        .isEqualTo(TcbStatus.OUT_OF_DATE);
    assertThat(evaluate(TdxForge.later()).tdx()).isEqualTo(TcbStatus.UP_TO_DATE);
  }

  @Test
  void aModuleThatIsUnknownNowIsRefused() {
    unsupported(TdxForge.later().body(584, "060203"));
    unsupported(TdxForge.later().body(584, "010103"));
  }

  @Test
  void aPlatformThatIsOutdatedIsNotMendedByANewerModule() {
    TdxForge later = TdxForge.later().body(0, "020103").body(584, "060103");
    later.svns[0] = 4;

    assertThat(evaluate(later).tdx()).isEqualTo(TcbStatus.OUT_OF_DATE);
  }

  @Test
  void aRelaunchKeepsWhatElseIsNeeded() {
    TdxForge later = TdxForge.later().body(0, "020103").body(584, "060103");
    later.tcb(
        "\"tcbDate\":\"2025-01-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"",
        "\"tcbDate\":\"2025-01-01T00:00:00Z\",\"tcbStatus\":\"ConfigurationNeeded\"");

    assertThat(evaluate(later).tdx()).isEqualTo(TcbStatus.TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED);
  }

  private static TcbEvaluation evaluate(TdxForge forge) {
    return statement(forge.verify()).tcb();
  }

  private static void unsupported(TdxForge forge) {
    refused(forge.verify(), Stage.ENDORSEMENT, Reason.TCB_UNSUPPORTED);
  }
}
