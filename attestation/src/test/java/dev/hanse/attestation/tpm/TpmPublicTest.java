package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Public areas field by field, as hexadecimal. */
class TpmPublicTest {
  private static final String ECC = "0023" + "000b" + "00050072" + "0000" + "0010" + "0018000b";
  private static final String POINT =
      "0003" + "0010" + "0020" + "11".repeat(32) + "0020" + "22".repeat(32);
  private static final String RSA = "0001" + "000b" + "00050072" + "0000" + "0010" + "0014000b";
  private static final String MODULUS = "8" + "0".repeat(510) + "1";

  @Test
  void readsAnEccKey() throws Rejection {
    TpmPublic area = TpmPublic.read(Bytes.ofHex(ECC + POINT));

    assertThat(area.attributes()).isEqualTo(0x00050072);
    assertThat(area.aesBits()).isZero();
    assertThat(area.scheme()).contains(SigningScheme.ECDSA);
    assertThat(area.schemeHash()).contains(TpmHash.SHA256);
    assertThat(((TpmKey.Ecc) area.key()).x().toString(16)).isEqualTo("11".repeat(32));
    assertThat(((TpmKey.Ecc) area.key()).y().toString(16)).isEqualTo("22".repeat(32));
  }

  @Test
  void namesAKeyByItsHashsCodeAndTheDigestOfItsArea() throws Rejection {
    Bytes encoded = Bytes.ofHex(ECC + POINT);

    assertThat(TpmPublic.read(encoded).name().hex()).isEqualTo("000b" + encoded.sha256().hex());
    String longer = ECC.replaceFirst("000b", "000d") + POINT;
    assertThat(TpmPublic.read(Bytes.ofHex(longer)).name().hex())
        .isEqualTo("000d" + Bytes.ofHex(longer).sha512().hex());
  }

  @ParameterizedTest
  @CsvSource({"128", "256"})
  void readsHowManyBitsAStorageKeyWrapsWith(int bits) throws Rejection {
    String cipher = "0006" + (bits == 128 ? "0080" : "0100") + "0043";

    TpmPublic area =
        TpmPublic.read(Bytes.ofHex(ECC.replace("00100018000b", cipher + "0010") + POINT));

    assertThat(area.aesBits()).isEqualTo(bits);
    assertThat(area.scheme()).isEmpty();
    assertThat(area.schemeHash()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0006" + "00c0" + "0043", // 192 bits
        "0006" + "0080" + "0042", // CBC
        "0007" + "0080" + "0043" // not AES
      })
  void refusesCiphersThatNoEndorsementKeyHas(String cipher) {
    refused(
        ECC.replace("00100018000b", cipher + "0010") + POINT,
        Reason.AK_TYPE,
        "the key wraps with a cipher other than AES-CFB");
  }

  @Test
  void readsRsaKeysOf2048To4096BitsOnly() throws Rejection {
    assertThat(((TpmKey.Rsa) TpmPublic.read(Bytes.ofHex(rsa(0x800, "80"))).key()).bytes())
        .isEqualTo(256);
    assertThat(((TpmKey.Rsa) TpmPublic.read(Bytes.ofHex(rsa(0x1000, "80"))).key()).bytes())
        .isEqualTo(512);
    assertThat(((TpmKey.Rsa) TpmPublic.read(Bytes.ofHex(rsa(0x801, "01"))).key()).bytes())
        .isEqualTo(257);
    refusedKey(rsa(0x7FF, "40"), "an RSA key of 2047 bits is not one of a TPM");
    refusedKey(rsa(0x400, "80"), "an RSA key of 1024 bits is not one of a TPM");
    assertThatThrownBy(
            () -> TpmKey.Rsa.of(BigInteger.ONE.shiftLeft(4096).setBit(0), TpmKey.Rsa.EXPONENT))
        .isInstanceOf(Rejection.class)
        .hasMessage("an RSA key of 4097 bits is not one of a TPM");
  }

  /** 2048 bits and up, an odd modulus with this first byte. */
  private static String rsa(int bits, String first) {
    int bytes = (bits + 7) / 8;
    return RSA
        + "%04x".formatted(bits)
        + "00000000"
        + "%04x".formatted(bytes)
        + first
        + "00".repeat(bytes - 2)
        + "01";
  }

  @Test
  void refusesAnExponentOtherThan65537AndAnEvenModulus() throws Rejection {
    String zero = RSA + "0800" + "00000000" + "0100" + MODULUS;
    assertThat(TpmPublic.read(Bytes.ofHex(zero)).key())
        .isEqualTo(
            TpmPublic.read(Bytes.ofHex(zero.replaceFirst("080000000000", "080000010001"))).key());
    refusedKey(
        zero.replaceFirst("080000000000", "080000000003"),
        "an RSA key of 2048 bits is not one of a TPM");
    refusedKey(
        zero.substring(0, zero.length() - 1) + "0", "an RSA key of 2048 bits is not one of a TPM");
  }

  @Test
  void refusesAModulusOfAnotherLengthThanItSays() {
    refused(
        RSA + "0801" + "00000000" + "0100" + MODULUS,
        Reason.KEY,
        "a modulus of 2048 bits is called one of 2049");
  }

  @Test
  void refusesNumbersThatAreEmptyOrLongerThanTheirCurves() {
    String y = "0020" + "22".repeat(32);
    refused(ECC + "00030010" + "0000" + y, Reason.LENGTH, "x of 0 bytes is not 1 to 32");
    refused(
        ECC + "00030010" + "0021" + "00" + "11".repeat(32) + y,
        Reason.LENGTH,
        "x of 33 bytes is not 1 to 32");
    refused(
        ECC + "00030010" + "0020" + "11".repeat(32) + "0000",
        Reason.LENGTH,
        "y of 0 bytes is not 1 to 32");
  }

  @Test
  void takesNumbersWithoutTheirLeadingZeros() throws Rejection {
    TpmPublic area = TpmPublic.read(Bytes.ofHex(ECC + "00030010" + "0001" + "11" + "0001" + "22"));

    assertThat(((TpmKey.Ecc) area.key()).x()).isEqualTo(BigInteger.valueOf(0x11));
  }

  @Test
  void refusesKeysOfOtherKindsCurvesAndNames() {
    refused(
        "0008" + ECC.substring(4) + POINT,
        Reason.AK_TYPE,
        "a key of type 8 is neither RSA nor ECC");
    refused(ECC + "0005" + POINT.substring(4), Reason.AK_TYPE, "a key on curve 5 is unknown");
    refused(
        ECC + "0003" + "0020" + POINT.substring(8),
        Reason.AK_TYPE,
        "the key has a derivation scheme");
    refused(ECC.replaceFirst("000b", "0004") + POINT, Reason.AK_TYPE, "the key is named by SHA-1");
    refused(
        ECC.replaceFirst("000b", "0012") + POINT,
        Reason.AK_TYPE,
        "the key's name names the hash 0x12");
  }

  @Test
  void refusesSchemesThatAreUnknownOrNotForThisKindOfKey() {
    refused(
        ECC.replace("0018000b", "001a000b") + POINT,
        Reason.SIG_ALG,
        "a key of scheme 1a is unknown");
    refused(
        ECC.replace("0018000b", "0014000b") + POINT,
        Reason.SIG_ALG,
        "the key cannot sign by its scheme");
    refused(
        RSA.replace("0014000b", "0018000b") + "0800" + "00000000" + "0100" + MODULUS,
        Reason.SIG_ALG,
        "the key cannot sign by its scheme");
    refused(
        ECC.replace("0018000b", "00180012") + POINT,
        Reason.SIG_HASH,
        "the key's scheme names the hash 0x12");
  }

  @Test
  void refusesMoreThanAnAreaAndMoreThanAnyAreaHas() throws Rejection {
    refused(ECC + POINT + "00", Reason.TRAILING, "the public area has 1 bytes left over");
    Bytes most = withPolicy(1024);
    assertThat(TpmPublic.read(most).encoded()).isEqualTo(most);
    refused(
        withPolicy(1025).hex(),
        Reason.LENGTH,
        "a public area of 1025 bytes is over the limit of 1024");
  }

  /** An ECC key whose policy fills its area up to so many bytes. */
  private static Bytes withPolicy(int areaBytes) {
    int policy = areaBytes - Bytes.ofHex(ECC + POINT).size();
    return Bytes.ofHex(
        ECC.substring(0, 16)
            + "%04x".formatted(policy)
            + "77".repeat(policy)
            + ECC.substring(20)
            + POINT);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] good = Bytes.ofHex(ECC + POINT).toArray();
    for (int length = 0; length < good.length; length++) {
      Bytes cut = Bytes.copyOf(Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TpmPublic.read(cut)).isInstanceOf(Rejection.class);
    }
  }

  @Test
  void saysWhatAnAttestationKeyMustBe() throws Rejection {
    TpmPublic good = TpmPublic.read(Bytes.ofHex(ECC + POINT));
    good.requireAttestationKey();
    TpmPublic unbound =
        new TpmPublic(
            good.encoded(),
            good.nameHash(),
            good.attributes(),
            0,
            Optional.empty(),
            Optional.empty(),
            good.key());

    assertThatThrownBy(unbound::requireAttestationKey)
        .hasMessageStartingWith("attributes 50072 are not those of an attestation key");
  }

  private static void refused(String area, Reason reason, String detail) {
    refused(area, Stage.PARSE, reason, detail);
  }

  private static void refusedKey(String area, String detail) {
    refused(area, Stage.CRYPTO, Reason.KEY, detail);
  }

  private static void refused(String area, Stage stage, Reason reason, String detail) {
    assertThatThrownBy(() -> TpmPublic.read(Bytes.ofHex(area)))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection ->
                assertThat(rejection.refusal())
                    .isEqualTo(new Refusal.Rejected(stage, reason, detail)));
  }
}
