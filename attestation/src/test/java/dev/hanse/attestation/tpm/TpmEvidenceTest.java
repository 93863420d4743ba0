package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TpmEvidenceTest {
  private static final String HEAD = "01" + "0001aa" + "0001bb" + "0001cc";
  private static final Bytes VALUE = Bytes.ofHex("11".repeat(32));

  @Test
  void writesAndReadsTheLayoutItDocuments() throws Rejection {
    TpmEvidence evidence =
        new TpmEvidence(
            Bytes.ofHex("aa"),
            Bytes.ofHex("bb"),
            Bytes.ofHex("cc"),
            Map.of(new Pcr(TpmHash.SHA256, 23), VALUE),
            Optional.of(Bytes.ofHex("dd")));

    assertThat(evidence.toBytes().hex())
        .isEqualTo(HEAD + "01" + "000b17" + VALUE.hex() + "01" + "00000001dd");
    assertThat(TpmEvidence.read(evidence.toBytes())).isEqualTo(evidence);
    assertThat(TpmEvidence.read(Bytes.ofHex(HEAD + "00" + "00")).eventLog()).isEmpty();
  }

  @Test
  void refusesARegisterThatNoTpmHas() {
    refused(HEAD + "01" + "000b18" + VALUE.hex() + "00", Reason.PCR_INDEX, "a value is of PCR 24");
  }

  @Test
  void refusesABankThatNobodyKnows() {
    refused(
        HEAD + "01" + "001200" + VALUE.hex() + "00",
        Reason.PCR_BANK,
        "a PCR value names the hash 0x12");
  }

  @Test
  void refusesTwoLogs() {
    refused(HEAD + "00" + "02" + "00000001dd", Reason.STRUCTURE, "evidence has 2 logs");
  }

  @Test
  void refusesALogOverTheLimitAndTakesOneUpToIt() throws Rejection {
    Bytes full = Bytes.copyOf(new byte[EventLog.LIMIT_BYTES]);
    assertThat(
            TpmEvidence.read(Bytes.ofHex(HEAD + "00" + "01" + "00030000" + full.hex())).eventLog())
        .contains(full);
    refused(
        HEAD + "00" + "01" + "00030001",
        Reason.LENGTH,
        "an event log of 196609 bytes is over the limit of 196608");
  }

  @Test
  void refusesBytesBehindItsEnd() {
    refused(HEAD + "00" + "00" + "00", Reason.TRAILING, "TPM evidence has 1 bytes left over");
  }

  @Test
  void aSelectionIsOfRegistersThatATpmHas() {
    assertThatThrownBy(() -> new PcrSelection(TpmHash.SHA256, List.of(1, 24)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a PCR's index is 0 to 23, was 24");
    assertThatThrownBy(() -> new Pcr(TpmHash.SHA256, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Pcr(TpmHash.SHA384, 7)).hasToString("sha384:7");
  }

  @Test
  void readsASelectionsBitmapUpToTheLastRegister() throws Rejection {
    ByteReader in = new ByteReader(Bytes.ofHex("00000001" + "000b" + "03" + "010080"));
    assertThat(PcrSelection.readAll(in))
        .containsExactly(new PcrSelection(TpmHash.SHA256, List.of(0, 23)));
    ByteReader longer = new ByteReader(Bytes.ofHex("00000001" + "000b" + "04" + "01000000"));
    refused(
        () -> PcrSelection.readAll(longer),
        Reason.LENGTH,
        "a PCR bitmap of 4 bytes is over the limit of 3");
  }

  private static void refused(String body, Reason reason, String detail) {
    refused(() -> TpmEvidence.read(Bytes.ofHex(body)), reason, detail);
  }

  private static void refused(ThrowingCallable reading, Reason reason, String detail) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection ->
                assertThat(rejection.refusal())
                    .isEqualTo(new Refusal.Rejected(Stage.PARSE, reason, detail)));
  }
}
