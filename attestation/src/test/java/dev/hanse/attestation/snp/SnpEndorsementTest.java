package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Scheme;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the leaf's extensions say, and the report says again. */
class SnpEndorsementTest {
  private final SnpForge forge = SnpForge.vcek(Product.MILAN);
  private final SnpForge turin = SnpForge.vcek(Product.TURIN);

  @ParameterizedTest
  @EnumSource
  void refusesALeafThatLacksAnyExtension(Product product) {
    for (String arc : SnpForge.vcek(product).extensions.keySet()) {
      Reason reason = arc.equals("4") ? Reason.HWID_MISSING : Reason.TCB_EXT_MISSING;
      SnpForge.vcek(product).without(arc).refused(Stage.ENDORSEMENT, reason);
    }
    SnpForge.vlek(product).without("5").refused(Stage.ENDORSEMENT, Reason.CSP_ID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "02", "0201", "0200", "02020018", "0202007F", "0201DB", "02021218", "0203000018",
        "030118", "02011800", "0202FFDB", "02020118", "1801", "0202DB00", "020318", "0401DB",
            "030200DB",
        "020300DB",
      })
  void refusesPatchLevelsInAnyOtherEncoding(String value) {
    // 0x18 is what the report says; some of these end in it.
    forge
        .extension("3.3", HexFormat.of().parseHex(value))
        .refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
  }

  @Test
  void readsPatchLevelsUpTo255() {
    for (int level : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
      SnpStatement statement =
          SnpForge.vcek(Product.GENOA).tcb(level | (long) level << 16).accepted();

      assertThat(statement.reported()).isEqualTo(Tcb.of(0, level, 0, level));
    }
  }

  @Test
  void refusesTwoOfOneExtension() {
    X509Certificate leaf;
    try {
      leaf =
          forge
              .leafForge()
              .extension("1.3.6.1.4.1.3704.1.3.3", false, SnpForge.integer(0x18))
              .signedBy(SnpForge.name("SEV-Milan"), forge.issuerKey(), Scheme.PSS);
    } catch (AssertionError refusedAtParsing) {
      assertThat(refusedAtParsing).hasMessageContaining("uplicate");
      return;
    }
    throw new AssertionError("parsed " + leaf);
  }

  @Test
  void refusesALevelOfZeroInTwoBytes() {
    forge.extension("3.2", new byte[] {2, 1, 0}).accepted();
    forge
        .extension("3.2", new byte[] {2, 2, 0, 0})
        .refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.9", "3.10", "3.3.1", "3.0"})
  void refusesPatchLevelsItDoesNotKnow(String arc) {
    forge.extension(arc, SnpForge.integer(0)).refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
  }

  @Test
  void refusesALevelThatTurinDoesNotHave() {
    turin.extension("3.4", SnpForge.integer(0)).refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
  }

  @Test
  void passesOverOtherExtensionsThatAreNotCritical() {
    forge.extension("6", new byte[] {5, 0}).accepted();
  }

  @Test
  void knowsTwoStructureVersions() {
    forge.extension("1", SnpForge.integer(1)).accepted();
    forge.extension("1", SnpForge.integer(2)).refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Milan", "Milan-B0", "Milan-B1", "Milan-"})
  void readsItsProductsNameWithAndWithoutStepping(String name) {
    forge.extension("2", SnpForge.ia5(name)).accepted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Genoa", "Milano", "-Milan", "milan", "Turin-B0"})
  void refusesALeafForAnotherProduct(String name) {
    forge.extension("2", SnpForge.ia5(name)).refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "16",
        "1600",
        "0C054D696C616E",
        "16044D696C616E",
        "16064D696C616E",
        "16054D696C61FF",
        "16054D696C6100",
        "16054D696C617F",
        "16051F696C616E"
      })
  void refusesNamesInAnyOtherEncoding(String value) {
    forge
        .extension("2", HexFormat.of().parseHex(value))
        .refused(Stage.ENDORSEMENT, Reason.TCB_EXT_ENCODING);
    SnpForge.vlek(Product.MILAN)
        .extension("5", HexFormat.of().parseHex(value))
        .refused(Stage.ENDORSEMENT, Reason.CSP_ID);
  }

  @Test
  void readsNamesOfEveryPrintableCharacter() {
    SnpStatement statement =
        SnpForge.vlek(Product.MILAN).extension("5", SnpForge.ia5(" ~a")).accepted();

    assertThat(statement.cspId()).isEqualTo(" ~a");
  }

  @Test
  void refusesALeafThatNamesAChipAndAProvider() {
    forge
        .extension("5", SnpForge.ia5("CN=cc-test.example"))
        .refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
    SnpForge.vlek(Product.MILAN)
        .extension("4", SnpForge.CHIP)
        .refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
  }

  @Test
  void readsAChipsIdInBothEncodings() {
    byte[] eight = Arrays.copyOf(SnpForge.CHIP, 8);

    assertThat(forge.extension("4", octets(SnpForge.CHIP)).accepted().hardwareId())
        .isEqualTo(Bytes.copyOf(SnpForge.CHIP));
    assertThat(turin.extension("4", octets(eight)).accepted().hardwareId())
        .isEqualTo(Bytes.copyOf(eight));
    assertThat(turin.accepted().chip()).contains(Bytes.copyOf(Arrays.copyOf(eight, 64)));
  }

  @Test
  void refusesAChipsIdOfAnySizeButItsProducts() {
    byte[] badTag = octets(SnpForge.CHIP);
    badTag[0] = 5;
    byte[] badSize = octets(SnpForge.CHIP);
    badSize[1] = 63;

    for (byte[] bad :
        new byte[][] {
          {},
          Arrays.copyOf(SnpForge.CHIP, 8),
          Arrays.copyOf(SnpForge.CHIP, 63),
          Arrays.copyOf(SnpForge.CHIP, 65),
          Arrays.copyOf(SnpForge.CHIP, 66),
          Arrays.copyOf(octets(SnpForge.CHIP), 67),
          badTag,
          badSize
        }) {
      SnpForge.vcek(Product.MILAN)
          .extension("4", bad)
          .refused(Stage.ENDORSEMENT, Reason.HWID_MISSING);
    }
    turin.extension("4", SnpForge.CHIP).refused(Stage.ENDORSEMENT, Reason.HWID_MISSING);
  }

  @Test
  void refusesAReportOfAnotherChipThanItsKeys() {
    forge.put(0x1DF, 0, 1).refused(Stage.ENDORSEMENT, Reason.CHIP_ID_MISMATCH);
    turin.put(0x1A7, 0, 1).refused(Stage.ENDORSEMENT, Reason.CHIP_ID_MISMATCH);
    SnpForge.vcek(Product.TURIN)
        .put(0x1A8, 1, 1)
        .refused(Stage.ENDORSEMENT, Reason.CHIP_ID_MISMATCH);
  }

  @Test
  void tellsAMaskedChipByItsKey() {
    SnpStatement statement = forge.fill(0x1A0, 64, 0).accepted();

    assertThat(statement.chipIdMasked()).isTrue();
    assertThat(statement.chip()).contains(Bytes.copyOf(SnpForge.CHIP));
    assertThat(SnpForge.vcek(Product.MILAN).accepted().chipIdMasked()).isFalse();
  }

  @Test
  void tellsAChipByItsReportWhereAProviderVouches() {
    SnpStatement statement = SnpForge.vlek(Product.MILAN).fill(0x1A0, 64, 9).accepted();

    assertThat(statement.chip()).contains(Bytes.ofHex("09".repeat(64)));
  }

  @Test
  void refusesACpuOfAnotherProductThanTheChains() {
    forge.put(0x188, 0x01_11_19, 3).refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
    forge.put(0x188, 0x01_02_1A, 3).refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
    forge.put(0x188, 0, 3).refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
    turin.put(0x188, 0x01_01_19, 3).refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
  }

  @Test
  void takesVersionTwoOfMilanAndGenoaButNotOfTurin() {
    for (Product product : Product.values()) {
      SnpForge old = SnpForge.vcek(product).put(0, 2, 4).put(0x188, 0, 3).fill(0x1F8, 16, 0);
      if (product == Product.TURIN) {
        old.refused(Stage.PARSE, Reason.VERSION);
      } else {
        assertThat(old.accepted().facts()).doesNotContainKeys("cpuid", "mitigations-launch");
      }
    }
    assertThat(SnpForge.vcek(Product.MILAN).put(0, 4, 4).fill(0x1F8, 16, 0).accepted().facts())
        .containsKey("cpuid")
        .doesNotContainKeys("mitigations-launch", "mitigations-current");
    SnpForge.vcek(Product.MILAN)
        .put(0, 3, 4)
        .put(0x188, 0, 3)
        .fill(0x1F8, 16, 0)
        .refused(Stage.ENDORSEMENT, Reason.PRODUCT_MISMATCH);
  }

  @ParameterizedTest
  @EnumSource
  void refusesATcbThatDiffersFromItsKeysInAnyByte(Product product) {
    for (int at = 0x180; at < 0x188; at++) {
      SnpForge changed = SnpForge.vcek(product);
      changed.report[at] ^= (byte) 0x80;

      changed.refused(Stage.ENDORSEMENT, Reason.TCB_CERT_MISMATCH);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesLevelsWithoutMeaningForTheProduct(Product product) {
    for (int index = 0; index < 8; index++) {
      int spl = product.splOfByte(index);
      boolean reserved = spl >= 4 && spl <= 7;
      for (int offset : new int[] {0x38, 0x1E0, 0x1F0}) {
        SnpForge changed = SnpForge.vcek(product).put(offset + index, 1, 1);
        if (reserved) {
          changed.refused(Stage.PARSE, Reason.RESERVED);
        } else {
          changed.accepted();
        }
      }
      if (reserved) {
        SnpForge.vcek(product)
            .put(0x180 + index, 1, 1)
            .extension("3." + spl, SnpForge.integer(1))
            .refused(Stage.PARSE, Reason.RESERVED);
      }
    }
  }

  @Test
  void refusesATurinReportInTheLayoutBeforeTurin() {
    turin
        .put(0x180, 0x51_04_00_00_00_00_01_01L, 8)
        .refused(Stage.ENDORSEMENT, Reason.TCB_CERT_MISMATCH);
  }

  @Test
  void readsEachTcbFromItsOwnPlace() {
    SnpStatement statement =
        SnpForge.vcek(Product.MILAN)
            .tcb(0x01_02_03_04)
            .tcb(0x1E0, 0x11_12_13_14)
            .tcb(0x38, 0x21_22_23_24)
            .tcb(0x1F0, 0x31_32_33_34)
            .accepted();

    assertThat(statement.reported()).isEqualTo(Tcb.of(1, 2, 3, 4));
    assertThat(statement.committed()).isEqualTo(Tcb.of(0x11, 0x12, 0x13, 0x14));
    assertThat(statement.current()).isEqualTo(Tcb.of(0x21, 0x22, 0x23, 0x24));
    assertThat(statement.launch()).isEqualTo(Tcb.of(0x31, 0x32, 0x33, 0x34));
    assertThat(statement.reported()).hasToString("fmc 0, boot loader 1, tee 2, snp 3, microcode 4");
  }

  @Test
  void statesWhatItProvedByName() {
    assertThat(turin.accepted().facts())
        .containsEntry("report-version", "5")
        .containsEntry("product", "Turin")
        .containsEntry("signing-key", "VCEK")
        .containsEntry("chip-id", "0102030405060708" + "00".repeat(56))
        .containsEntry("measurement", "90".repeat(48))
        .containsEntry("host-data", "c0".repeat(32))
        .containsEntry("report-data", "50".repeat(64))
        .containsEntry("id-key-digest", "e0".repeat(48))
        .containsEntry("author-key-digest", "00".repeat(48))
        .containsEntry("family-id", "11".repeat(16))
        .containsEntry("image-id", "22".repeat(16))
        .containsEntry("report-id", "14".repeat(32))
        .containsEntry("guest-svn", "7")
        .containsEntry("guest-policy", "0x3001f")
        .containsEntry("platform-info", "0x25")
        .containsEntry("vmpl", "0")
        .containsEntry("tcb-reported", "fmc 2, boot loader 4, tee 0, snp 24, microcode 219")
        .containsEntry("tcb-committed", "fmc 2, boot loader 4, tee 0, snp 24, microcode 219")
        .containsEntry("tcb-current", "fmc 2, boot loader 4, tee 0, snp 24, microcode 219")
        .containsEntry("tcb-launch", "fmc 2, boot loader 4, tee 0, snp 24, microcode 219")
        .containsEntry("firmware-current", "1.55.29")
        .containsEntry("firmware-committed", "1.55.29")
        .containsEntry("cpuid", "1a0201")
        .containsEntry("mitigations-launch", "0x3f")
        .containsEntry("mitigations-current", "0x7f")
        .doesNotContainKey("csp-id");
    assertThat(SnpForge.vlek(Product.MILAN).put(0x30, 0xFFFF_FFFFL, 4).accepted().facts())
        .containsEntry("csp-id", "CN=cc-test.example")
        .containsEntry("vmpl", "host")
        .doesNotContainKey("chip-id");
  }

  private static byte[] octets(byte[] value) {
    byte[] wrapped = new byte[value.length + 2];
    wrapped[0] = 4;
    wrapped[1] = (byte) value.length;
    System.arraycopy(value, 0, wrapped, 2, value.length);
    return wrapped;
  }
}
