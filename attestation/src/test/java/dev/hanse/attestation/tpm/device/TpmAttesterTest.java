package dev.hanse.attestation.tpm.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.activation.CredentialChallenge;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node asks of its TPM, in which order, and what it does when the TPM says no. */
class TpmAttesterTest {
  private static final PcrSelection REGISTER = new PcrSelection(TpmHash.SHA256, List.of(0));
  private static final String CREATE = "00000131";
  private static final String NV_SIZE = "00000169";
  private static final String NV_READ = "0000014e";
  private static final String FLUSH = "00000165";
  private static final String PCR_READ = "0000017e";
  private static final String QUOTE = "00000158";

  private final ScriptedTpm tpm = new ScriptedTpm();

  @Test
  void makesBothKeysAndReadsTheEndorsementsCertificate() throws Exception {
    key("80000000", "aa");
    key("80000001", "bb");
    certificate("30820001ff");

    TpmAttester attester = TpmAttester.open(new TpmDevice(tpm));

    assertThat(attester.ekPublic().hex()).isEqualTo("aa");
    assertThat(attester.akPublic().hex()).isEqualTo("bb");
    assertThat(attester.ekCertificate().map(Bytes::hex)).contains("30820001ff");
    assertThat(tpm.codes()).containsExactly(CREATE, CREATE, NV_SIZE, NV_READ);
    assertThat(tpm.commands.get(2)).endsWith("01c00002");
  }

  @Test
  void looksForAnEccCertificateWhereItsProfilePutsIt() throws Exception {
    key("80000000", "aa");
    key("80000001", "bb");
    tpm.refuse(0x18B);

    TpmAttester attester =
        TpmAttester.open(new TpmDevice(tpm), KeyTemplate.EK_ECC_P256, KeyTemplate.AK_ECDSA);

    assertThat(attester.ekCertificate()).isEmpty();
    assertThat(tpm.commands.get(2)).endsWith("01c0000a");
  }

  @ParameterizedTest
  @CsvSource({
    "30820001ff0000,30820001ff",
    "30820001ff,30820001ff",
    "30820002ff,30820002ff",
    "308201" + "00ff00,308201" + "00ff00",
    "31820001ff00,31820001ff00",
    "30810001ff00,30810001ff00",
    "308200,308200",
    "30820000,30820000"
  })
  void cutsOffWhatATpmPutsBehindACertificate(String stored, String certificate) throws Exception {
    key("80000000", "aa");
    key("80000001", "bb");
    certificate(stored);

    assertThat(TpmAttester.open(new TpmDevice(tpm)).ekCertificate().map(Bytes::hex))
        .contains(certificate);
  }

  @Test
  void readsALengthOfTwoBytesBehindACertificatesTag() throws Exception {
    key("80000000", "aa");
    key("80000001", "bb");
    certificate("30820102" + "11".repeat(0x102) + "ffff");

    assertThat(TpmAttester.open(new TpmDevice(tpm)).ekCertificate().map(Bytes::hex))
        .contains("30820102" + "11".repeat(0x102));
  }

  @Test
  void freesTheEndorsementsSlotWhereTheOtherKeyCannotBeMade() {
    key("80000000", "aa");
    tpm.refuse(0x902).answer("");

    assertThatThrownBy(() -> TpmAttester.open(new TpmDevice(tpm)))
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("OBJECT_MEMORY");
    assertThat(tpm.codes()).containsExactly(CREATE, CREATE, FLUSH);
    assertThat(tpm.commands.getLast()).endsWith("80000000");
  }

  @Test
  void freesBothSlotsWhereTheCertificateCannotBeRead() {
    key("80000000", "aa");
    key("80000001", "bb");
    tpm.refuse(0x149).answer("").answer("");

    assertThatThrownBy(() -> TpmAttester.open(new TpmDevice(tpm)))
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("NV_AUTHORIZATION");
    assertThat(tpm.codes()).containsExactly(CREATE, CREATE, NV_SIZE, FLUSH, FLUSH);
    assertThat(tpm.commands.get(3)).endsWith("80000001");
    assertThat(tpm.commands.get(4)).endsWith("80000000");
  }

  @Test
  void freesBothSlotsAndLeavesTheTpmWhenClosedThoughItSaysNo() throws Exception {
    TpmAttester attester = opened();
    tpm.refuse(0x101).answer("");

    attester.close();

    assertThat(tpm.commands.get(0)).endsWith("80000001");
    assertThat(tpm.commands.get(1)).endsWith("80000000");
    assertThat(tpm.closed).isTrue();
  }

  @Test
  void opensACredentialInASessionThatItEnds() throws Exception {
    TpmAttester attester = opened();
    tpm.answer("03000000" + "0000")
        .authorised("", "0000" + "8023" + "40000007" + "0000")
        .answer(0x8002, 0, "00000004" + "0002cafe" + "0000010000".repeat(2))
        .answer("");

    Bytes secret = attester.activate(new CredentialChallenge(Bytes.ofHex("dd"), Bytes.ofHex("ee")));

    assertThat(secret.hex()).isEqualTo("cafe");
    assertThat(tpm.codes()).containsExactly("00000176", "00000151", "00000147", FLUSH);
    assertThat(tpm.commands.get(2)).endsWith("0001dd" + "0001ee").contains("8000000180000000");
    assertThat(tpm.commands.get(3)).endsWith("03000000");
  }

  @Test
  void endsItsSessionWhereACredentialIsNotOpened() throws Exception {
    TpmAttester attester = opened();
    tpm.answer("03000000" + "0000").refuse(0x9A2).answer("");

    assertThatThrownBy(() -> attester.activate(Bytes.ofHex("dd"), Bytes.ofHex("ee")))
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("TPM2_POLICY_SECRET")
        .hasMessageContaining("BAD_AUTH");
    assertThat(tpm.codes()).containsExactly("00000176", "00000151", FLUSH);
  }

  @Test
  void quotesTheValuesItReads() throws Exception {
    TpmAttester attester = opened();
    register("11").quote("aa").register("11");

    TpmEvidence evidence =
        TpmEvidence.read(
            attester.quote(Bytes.ofHex("abcd"), REGISTER, Optional.of(Bytes.ofHex("ff"))).body());

    assertThat(evidence.attest().hex()).isEqualTo("aa");
    assertThat(evidence.signature().hex()).isEqualTo("5e");
    assertThat(evidence.publicArea().hex()).isEqualTo("bb");
    assertThat(evidence.pcrs())
        .isEqualTo(Map.of(new Pcr(TpmHash.SHA256, 0), Bytes.ofHex("11".repeat(32))));
    assertThat(evidence.eventLog().map(Bytes::hex)).contains("ff");
    assertThat(tpm.codes()).containsExactly(PCR_READ, QUOTE, PCR_READ);
    assertThat(tpm.commands.get(1)).contains("0002abcd");
  }

  @Test
  void quotesAgainWhereARegisterChangedMeanwhile() throws Exception {
    TpmAttester attester = opened();
    register("11").quote("aa").register("22");
    register("22").quote("bb").register("22");

    TpmEvidence evidence =
        TpmEvidence.read(attester.quote(Bytes.ofHex("ab"), REGISTER, Optional.empty()).body());

    assertThat(evidence.attest().hex()).isEqualTo("bb");
    assertThat(evidence.pcrs().values()).containsExactly(Bytes.ofHex("22".repeat(32)));
  }

  /** The control plane then says what does not fit. */
  @Test
  void givesUpOnRegistersThatChangeAllTheTimeAfterThreeQuotes() throws Exception {
    TpmAttester attester = opened();
    for (int quote = 0; quote < 4; quote++) {
      register("%02x".formatted(2 * quote))
          .quote("a" + quote)
          .register("%02x".formatted(2 * quote + 1));
    }

    TpmEvidence evidence =
        TpmEvidence.read(attester.quote(Bytes.ofHex("ab"), REGISTER, Optional.empty()).body());

    assertThat(evidence.attest().hex()).isEqualTo("a2");
    assertThat(tpm.codes()).hasSize(9);
  }

  private TpmAttester opened() throws TpmException {
    key("80000000", "aa");
    key("80000001", "bb");
    tpm.refuse(0x18B);
    TpmAttester attester = TpmAttester.open(new TpmDevice(tpm));
    tpm.commands.clear();
    return attester;
  }

  private void key(String handle, String publicArea) {
    tpm.authorised(
        handle, "0001" + publicArea + "0000" + "0000" + "8021" + "40000007" + "0000" + "0000");
  }

  private void certificate(String content) {
    String size = "%04x".formatted(content.length() / 2);
    tpm.answer("000e" + "01c00002000b00000000" + "0000" + size + "0000")
        .authorised("", size + content);
  }

  private TpmAttesterTest register(String value) {
    tpm.answer("00000001" + "00000001000b03010000" + "00000001" + "0020" + value.repeat(32));
    return this;
  }

  private TpmAttesterTest quote(String attest) {
    tpm.authorised("", "0001" + attest + "5e");
    return this;
  }
}
