package dev.hanse.attestation.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.ForgedTpm;
import java.math.BigInteger;
import java.util.Arrays;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The paravisor's report as it is, and one field of it wrong at a time. */
class HclReportTest {
  private static final BigInteger MODULUS = ForgedTpm.modulus();

  private final AzureForge forge = AzureForge.onSnp();

  @Test
  void readsWhatEitherTeesParavisorWrites() throws Exception {
    Bytes hcl = forge.hclReport();
    HclReport snp = HclReport.read(hcl);
    AzureForge other = AzureForge.onTdx();
    HclReport tdx = HclReport.read(other.hclReport());

    assertThat(snp.report())
        .isEqualTo(Bytes.copyOf(Arrays.copyOfRange(hcl.toArray(), 0x20, 0x20 + 1184)));
    assertThat(snp.runtimeDigest()).isEqualTo(Bytes.copyOf(forge.runtime.getBytes(UTF_8)).sha256());
    assertThat(snp.key().modulus()).isEqualTo(MODULUS);
    assertThat(tdx.key().modulus()).isEqualTo(MODULUS);
    assertThat(tdx.report().size()).isEqualTo(1184);
    assertThat(tdx.tdReport()).isEqualTo(Bytes.copyOf(Arrays.copyOf(tdx.report().toArray(), 1024)));
    assertThat(snp.tee()).isEqualTo(HclReport.Tee.SNP);
    assertThat(tdx.tee()).isEqualTo(HclReport.Tee.TDX);
    assertThat(snp.configuration())
        .containsOnlyKeys("console-enabled", "secure-boot", "tpm-enabled", "vmUniqueId")
        .containsEntry("secure-boot", "true")
        .containsEntry("vmUniqueId", "26F8BC30-774E-4290-8E7A-535F3B672AEE");
  }

  @ParameterizedTest
  @CsvSource({
    // magic, version, size, request type, the first and the last reserved byte
    "0x00, 0x49, MAGIC, no HCL report",
    "0x04, 0x00, VERSION, HCL report of version 0",
    "0x04, 0x03, VERSION, HCL report of version 3",
    "0x07, 0x01, VERSION, HCL report of version 16777217",
    "0x08, 0x00, LENGTH, sizes contradict one another",
    "0x0C, 0x01, TYPE, answers another request",
    "0x10, 0x01, RESERVED, HCL header",
    "0x1F, 0x80, RESERVED, HCL header",
    // of the runtime data: size, version, report type, hash, size of the JSON
    "0x4C0, 0x00, LENGTH, sizes contradict one another",
    "0x4C4, 0x02, VERSION, runtime data of another version",
    "0x4C8, 0x00, TEE_TYPE, a report of type 0",
    "0x4C8, 0x03, TEE_TYPE, a report of type 3",
    "0x4C9, 0x01, TEE_TYPE, a report of type 258",
    "0x4CC, 0x02, SIG_HASH, not bound by SHA-256",
    "0x4CC, 0x00, SIG_HASH, not bound by SHA-256",
    "0x4D0, 0x00, LENGTH, sizes contradict one another"
  })
  void refusesAFieldThatIsNotWhatItAlwaysIs(int at, int value, String reason, String detail) {
    byte[] hcl = forge.hclReport().toArray();
    assertThat(hcl[at]).isNotEqualTo((byte) value);
    hcl[at] = (byte) value;

    refused(hcl).contains(reason).contains(detail);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void takesBothVersionsThereAre(int version) throws Exception {
    byte[] hcl = forge.hclReport().toArray();
    hcl[4] = (byte) version;

    assertThat(HclReport.read(Bytes.copyOf(hcl)).key().modulus()).isEqualTo(MODULUS);
  }

  @Test
  void refusesSizesThatAgreeAndLeaveTheReport() {
    byte[] hcl = forge.hclReport().toArray();
    for (int at : new int[] {0x0A, 0x4C2, 0x4D2}) {
      hcl[at] = 1;
    }

    refused(hcl).contains("runtime data needs");
  }

  @Test
  void refusesAnythingBehindTheRuntimeData() {
    byte[] good = forge.hclReport().toArray();
    byte[] next = good.clone();
    next[AzureForge.JSON_AT + forge.runtime.length()] = 1;
    byte[] last = good.clone();
    last[good.length - 1] = 1;

    refused(next).contains("RESERVED").contains("follows the runtime data");
    refused(last).contains("RESERVED");
  }

  @Test
  void refusesAReportCutAnywhereInItsContent() {
    byte[] good = forge.hclReport().toArray();
    for (int length = 0; length < AzureForge.JSON_AT + forge.runtime.length(); length++) {
      refused(Arrays.copyOf(good, length)).contains("LENGTH");
    }
  }

  @Test
  void takesNoMoreThanATpmKeepsInAnIndex() throws Exception {
    byte[] most = Arrays.copyOf(forge.hclReport().toArray(), 8 * 1024);

    assertThat(HclReport.read(Bytes.copyOf(most)).key().modulus()).isEqualTo(MODULUS);
    refused(Arrays.copyOf(most, 8 * 1024 + 1)).contains("LENGTH").contains("over 8192");
  }

  @Test
  void refusesTwoKeysOfTheOneName() {
    forge.vouchingFor(AzureForge.runtime(AzureForge.akPub(MODULUS), AzureForge.akPub(MODULUS)));

    refusedRuntime().contains("DUPLICATE").contains("two keys");
  }

  @Test
  void refusesRuntimeDataWithoutTheKey() {
    forge.vouchingFor(
        AzureForge.runtime(AzureForge.key("HCLEkPub", "sign", "RSA", "AQAB", MODULUS)));
    refusedRuntime().contains("KEY").contains("no RSA key HCLAkPub");

    forge.vouchingFor("{\"keys\":[]}");
    refusedRuntime().contains("no RSA key HCLAkPub");

    forge.vouchingFor("{}");
    refusedRuntime().contains("no RSA key HCLAkPub");

    forge.vouchingFor("{\"keys\":[7,\"HCLAkPub\",null]}");
    refusedRuntime().contains("no RSA key HCLAkPub");
  }

  @Test
  void refusesAKeyOfAnotherTypeOrForAnotherUse() {
    for (String key :
        new String[] {
          AzureForge.key("HCLAkPub", "sign", "EC", "AQAB", MODULUS),
          AzureForge.key("HCLAkPub", "encrypt", "RSA", "AQAB", MODULUS),
          AzureForge.key("HCLAkPub", "sign\",\"encrypt", "RSA", "AQAB", MODULUS),
          AzureForge.key("HCLAkPub", "sign", "RSA", "AQAB", MODULUS).replace("\"sign\"", "")
        }) {
      forge.vouchingFor(AzureForge.runtime(key));
      refusedRuntime().contains("no RSA key HCLAkPub");
    }
  }

  @Test
  void refusesAKeyOfASizeOrExponentNoTpmHas() {
    for (String key :
        new String[] {
          akPub("AQAB", BigInteger.ONE.shiftLeft(2046).setBit(0)),
          akPub("AQAB", BigInteger.ONE.shiftLeft(4096).setBit(0)),
          akPub("AQAB", MODULUS.clearBit(0)),
          akPub("Aw", MODULUS),
          akPub("", MODULUS)
        }) {
      forge.vouchingFor(AzureForge.runtime(key));
      refusedRuntime().contains("not one of a TPM");
    }
  }

  @Test
  void refusesNumbersThatAreNotBase64() {
    forge.vouchingFor(AzureForge.runtime(akPub("A!AB", MODULUS)));

    refusedRuntime().contains("KEY").contains("not base64url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "null",
        "{",
        "{} {}",
        "{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{'keys':[]}",
        "{\"keys\":[],}",
        "{\"keys\":[] /* */}",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
        "{\"a\":NaN}"
      })
  void refusesRuntimeDataThatIsNoStrictJsonObject(String json) {
    forge.vouchingFor(json);

    refusedRuntime().contains("STRUCTURE").containsAnyOf("is not strict JSON", "is no JSON object");
  }

  @Test
  void refusesRuntimeDataThatIsNotUtf8() {
    byte[] hcl = forge.hclReport().toArray();
    // Within the machine's id, where any character is as good as another.
    hcl[AzureForge.JSON_AT + forge.runtime.indexOf("26F8")] = (byte) 0xC3;

    refused(hcl).contains("STRUCTURE").contains("is not strict JSON");
  }

  @Test
  void takesRuntimeDataNestedAsDeepAsAllowed() throws Exception {
    forge.vouchingFor(
        AzureForge.runtime(AzureForge.akPub(MODULUS))
            .replace(
                "\"user-data\"", "\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}},\"b\""));

    assertThat(HclReport.read(forge.hclReport()).key().modulus()).isEqualTo(MODULUS);
  }

  private static String akPub(String exponent, BigInteger modulus) {
    return AzureForge.key("HCLAkPub", "sign", "RSA", exponent, modulus);
  }

  private AbstractStringAssert<?> refusedRuntime() {
    return refused(forge.hclReport().toArray());
  }

  /** Stage, reason and detail of the refusal there must be. */
  private static AbstractStringAssert<?> refused(byte[] hcl) {
    return assertThat(
        catchThrowableOfType(Rejection.class, () -> HclReport.read(Bytes.copyOf(hcl)))
            .refusal()
            .toString());
  }
}
