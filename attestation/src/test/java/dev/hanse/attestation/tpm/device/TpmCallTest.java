package dev.hanse.attestation.tpm.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands and answers, byte for byte, by part 3 of the TPM 2.0 Library. */
class TpmCallTest {
  private static final PcrSelection REGISTERS = new PcrSelection(TpmHash.SHA256, List.of(0, 7, 17));

  /** An authorisation by an empty password, with the size before it. */
  private static final String PASSWORD = "00000009" + "40000009" + "0000" + "01" + "0000";

  private static final String SELECTION = "00000001" + "000b" + "03" + "810002";
  private static final String EMPTY_SESSION = "0000" + "01" + "0000";

  @Test
  void startsUpAndLooksForWhatWasLeftBehind() throws Exception {
    assertThat(written(TpmCall.startUp())).isEqualTo("8001" + "0000000c" + "00000144" + "0000");
    assertThat(written(TpmCall.handles(0x80000000)))
        .isEqualTo("8001" + "00000016" + "0000017a" + "00000001" + "80000000" + "00000040");
    assertThat(
            TpmCall.handles(0x80000000)
                .read(plain("00" + "00000001" + "00000002" + "80000000" + "80000001")))
        .containsExactly(0x80000000, 0x80000001);
  }

  @Test
  void refusesMoreHandlesThanItAskedFor() throws Exception {
    String most = "00" + "00000001" + "00000040" + "80000000".repeat(64);
    assertThat(TpmCall.handles(0x80000000).read(plain(most))).hasSize(64);
    malformed(
        TpmCall.handles(0x80000000),
        plain("00" + "00000001" + "00000041" + "80000000".repeat(65)),
        "65 handles");
  }

  @ParameterizedTest
  @EnumSource(KeyTemplate.class)
  void makesPrimaryKeysOfTheEndorsementHierarchy(KeyTemplate template) throws Exception {
    String area = template.publicArea().hex();
    String sized = "%04x".formatted(area.length() / 2) + area;
    int size = 10 + 4 + 13 + 6 + sized.length() / 2 + 6;

    assertThat(written(TpmCall.createPrimary(template)))
        .isEqualTo(
            "8002"
                + "%08x".formatted(size)
                + "00000131"
                + "4000000b"
                + PASSWORD
                + "0004"
                + "00000000"
                + sized
                + "0000"
                + "00000000");
  }

  @Test
  void readsTheHandleAndPublicAreaOfAPrimaryKey() throws Exception {
    String parameters =
        "0002aabb" + "0001cc" + "0002dddd" + "8021" + "40000007" + "0003eeeeee" + "0001ff";

    assertThat(TpmCall.createPrimary(KeyTemplate.AK_ECDSA).read(authorised("80000001", parameters)))
        .isEqualTo(new TpmDevice.LoadedKey(0x80000001, Bytes.ofHex("aabb")));
    malformed(
        TpmCall.createPrimary(KeyTemplate.AK_ECDSA),
        authorised("80000001", parameters + "00"),
        "the response to TPM2_CREATE_PRIMARY has 1 bytes left over");
  }

  @Test
  void templatesAreThoseOfTheProfile() {
    String policy = "0020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa";
    String cipher = "0006" + "0080" + "0043";
    assertThat(
            Map.of(
                KeyTemplate.EK_RSA_2048, KeyTemplate.EK_RSA_2048.publicArea().hex(),
                KeyTemplate.EK_ECC_P256, KeyTemplate.EK_ECC_P256.publicArea().hex(),
                KeyTemplate.AK_RSASSA, KeyTemplate.AK_RSASSA.publicArea().hex(),
                KeyTemplate.AK_RSAPSS, KeyTemplate.AK_RSAPSS.publicArea().hex(),
                KeyTemplate.AK_ECDSA, KeyTemplate.AK_ECDSA.publicArea().hex()))
        .isEqualTo(
            Map.of(
                KeyTemplate.EK_RSA_2048,
                "0001000b000300b2"
                    + policy
                    + cipher
                    + "0010080000000000"
                    + "0100"
                    + "00".repeat(256),
                KeyTemplate.EK_ECC_P256,
                "0023000b000300b2"
                    + policy
                    + cipher
                    + "001000030010"
                    + ("0020" + "00".repeat(32)).repeat(2),
                KeyTemplate.AK_RSASSA,
                "0001000b00050072" + "0000" + "0010" + "0014000b" + "080000000000" + "0000",
                KeyTemplate.AK_RSAPSS,
                "0001000b00050072" + "0000" + "0010" + "0016000b" + "080000000000" + "0000",
                KeyTemplate.AK_ECDSA,
                "0023000b00050072" + "0000" + "0010" + "0018000b" + "00030010" + "00000000"));
  }

  @Test
  void freesASlotByItsHandle() throws Exception {
    assertThat(written(TpmCall.flush(0x80000002)))
        .isEqualTo("8001" + "0000000e" + "00000165" + "80000002");
    assertThat(TpmCall.flush(0x80000002).read(plain(""))).isEqualTo(0x80000002);
  }

  @Test
  void readsRegistersAndNoOthersThanItAskedFor() throws Exception {
    assertThat(written(TpmCall.readPcrs(REGISTERS)))
        .isEqualTo("8001" + "00000014" + "0000017e" + SELECTION);
    String two = "00000001" + "000b" + "03" + "030000" + "00000002";
    assertThat(TpmCall.readPcrs(REGISTERS).read(plain("00000009" + two + "0001aa" + "0001bb")))
        .isEqualTo(Map.of(new Pcr(TpmHash.SHA256, 0), Bytes.ofHex("aa")));
    malformed(
        TpmCall.readPcrs(REGISTERS),
        plain("00000009" + two.replace("00000002", "00000001") + "0001aa"),
        "1 values of 2 registers");
  }

  @Test
  void quotesRegistersByTheKeysOwnScheme() throws Exception {
    assertThat(written(TpmCall.quote(0x80000001, Bytes.ofHex("abcd"), REGISTERS)))
        .isEqualTo(
            "8002"
                + "0000002b"
                + "00000158"
                + "80000001"
                + PASSWORD
                + "0002abcd"
                + "0010"
                + SELECTION);
    assertThat(
            TpmCall.quote(1, Bytes.ofHex("ab"), REGISTERS)
                .read(authorised("", "0002aabb" + "ccdd")))
        .isEqualTo(new TpmDevice.SignedQuote(Bytes.ofHex("aabb"), Bytes.ofHex("ccdd")));
  }

  @Test
  void takesAQuoteUpToItsLimit() throws Exception {
    TpmCall<TpmDevice.SignedQuote> call = TpmCall.quote(1, Bytes.ofHex("ab"), REGISTERS);
    assertThat(call.read(authorised("", "0800" + "11".repeat(2048))).attest().size())
        .isEqualTo(2048);
    malformed(call, authorised("", "0801" + "11".repeat(2049)), "a quote of 2049 bytes");
  }

  @Test
  void opensAPolicySessionAndGrantsItTheEndorsementsSecret() throws Exception {
    assertThat(written(TpmCall.startPolicySession()))
        .isEqualTo(
            "8001"
                + "0000002b"
                + "00000176"
                + "40000007"
                + "40000007"
                + "0010"
                + "00".repeat(16)
                + "0000"
                + "01"
                + "0010"
                + "000b");
    assertThat(TpmCall.startPolicySession().read(plain("03000000" + "0002eeee")))
        .isEqualTo(0x03000000);
    assertThat(written(TpmCall.policySecret(0x03000000)))
        .isEqualTo(
            "8002"
                + "00000029"
                + "00000151"
                + "4000000b"
                + "03000000"
                + PASSWORD
                + "0000"
                + "0000"
                + "0000"
                + "00000000");
    String good = "0001aa" + "8023" + "40000007" + "0002bbbb";
    assertThat(TpmCall.policySecret(3).read(authorised("", good))).isEqualTo(3);
    malformed(TpmCall.policySecret(3), authorised("", good + "00"), "1 bytes left over");
  }

  @Test
  void activatesByAPasswordAndAPolicy() throws Exception {
    TpmCall<Bytes> call =
        TpmCall.activateCredential(
            0x80000001, 0x80000000, 0x03000000, Bytes.ofHex("aabb"), Bytes.ofHex("cc"));

    assertThat(written(call))
        .isEqualTo(
            "8002"
                + "0000002f"
                + "00000147"
                + "80000001"
                + "80000000"
                + "00000012"
                + ("40000009" + EMPTY_SESSION)
                + ("03000000" + EMPTY_SESSION)
                + "0002aabb"
                + "0001cc");
    byte[] answer =
        ScriptedTpm.response(0x8002, 0, "00000003" + "0001dd" + EMPTY_SESSION + EMPTY_SESSION);
    assertThat(call.read(answer).hex()).isEqualTo("dd");
  }

  @Test
  void readsAnIndexsSizeAndContent() throws Exception {
    String area = "01c00002" + "000b" + "00000000" + "0001aa" + "0201";
    assertThat(written(TpmCall.nvSize(0x01C00002)))
        .isEqualTo("8001" + "0000000e" + "00000169" + "01c00002");
    assertThat(TpmCall.nvSize(1).read(plain("000f" + area + "0001ff"))).isEqualTo(0x201);
    malformed(
        TpmCall.nvSize(1),
        plain("0010" + area + "00" + "0001ff"),
        "NV public has 1 bytes left over");
    malformed(TpmCall.nvSize(1), plain("000f" + area + "0001ff00"), "1 bytes left over");

    assertThat(written(TpmCall.nvRead(0x01C00002, 0x01C00002, 0x200, 2)))
        .isEqualTo(
            "8002"
                + "00000023"
                + "0000014e"
                + "01c00002"
                + "01c00002"
                + PASSWORD
                + "0002"
                + "0200");
    assertThat(TpmCall.nvRead(1, 1, 0, 2).read(authorised("", "0002aabb")).hex()).isEqualTo("aabb");
    malformed(TpmCall.nvRead(1, 1, 0, 2), authorised("", "0001aa"), "asked for 2 NV bytes, got 1");
  }

  /** Whatever a TPM, or who stands between, answers to any of the commands. */
  @Test
  @Tag("fuzz")
  void anyAnswerToAnyCommandIsReadOrRefusedByType() {
    List<TpmCall<?>> calls =
        List.of(
            TpmCall.random(4),
            TpmCall.createPrimary(KeyTemplate.AK_ECDSA),
            TpmCall.readPcrs(REGISTERS),
            TpmCall.quote(1, Bytes.ofHex("ab"), REGISTERS),
            TpmCall.startPolicySession(),
            TpmCall.policySecret(3),
            TpmCall.nvSize(1),
            TpmCall.nvRead(1, 1, 0, 2),
            TpmCall.handles(0x80000000));
    String registers = "00000009" + SELECTION + "00000003" + "0001aa0001bb0001cc";
    List<byte[]> good =
        List.of(
            plain("0004deadbeef"),
            authorised("80000001", "0002aabb0001cc0002dddd8021400000070003eeeeee0001ff"),
            plain(registers),
            authorised("", "0002aabb" + "ccdd"),
            plain("03000000" + "0002eeee"),
            authorised("", "0001aa" + "8023" + "40000007" + "0002bbbb"),
            plain("000f" + "01c00002000b00000000" + "0001aa" + "0201" + "0001ff"),
            authorised("", "0002aabb"),
            plain("00" + "00000001" + "00000002" + "80000000" + "80000001"));
    Fuzz.mutants(
        31,
        good.stream().map(Bytes::copyOf).toList(),
        answer -> {
          boolean read = false;
          for (TpmCall<?> call : calls) {
            read |= isRead(call, answer.toArray());
          }
          return read;
        },
        mutant -> true);
  }

  private static boolean isRead(TpmCall<?> call, byte[] answer) {
    try {
      return call.read(answer) != null;
    } catch (TpmException refused) {
      return false;
    }
  }

  private static String written(TpmCall<?> call) {
    return Bytes.copyOf(call.command().toBytes()).hex();
  }

  private static byte[] plain(String parameters) {
    return ScriptedTpm.response(0x8001, 0, parameters);
  }

  private static byte[] authorised(String handle, String parameters) {
    return new ScriptedTpm().authorised(handle, parameters).responses.getFirst();
  }

  private static void malformed(TpmCall<?> call, byte[] answer, String problem) {
    assertThatThrownBy(() -> call.read(answer))
        .isInstanceOfSatisfying(
            TpmException.class,
            refused -> assertThat(refused.kind()).isEqualTo(TpmException.Kind.MALFORMED))
        .hasMessageContaining(problem);
  }
}
