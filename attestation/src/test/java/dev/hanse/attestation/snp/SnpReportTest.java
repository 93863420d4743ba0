package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnpReportTest {
  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @Test
  void readsEveryFieldFromItsPlace() throws Rejection {
    byte[] bytes = forge.body().toArray();
    for (int i = 0x10; i < 0x30; i++) {
      bytes[i] = (byte) i;
    }
    for (int i = 0x50; i < 0x180; i++) {
      bytes[i] = (byte) (i * 7);
    }
    bytes[0x48] = 1;
    put(bytes, 0x38, 0x0807060504030201L);
    put(bytes, 0x180, 0x1817161514131211L);
    put(bytes, 0x1E0, 0x2827262524232221L);
    put(bytes, 0x1F0, 0x3837363534333231L);
    bytes[0x30] = 3;
    bytes[0x1E8] = 1;
    bytes[0x1EC] = 9;

    SnpReport report = SnpReport.read(Bytes.copyOf(bytes));

    assertThat(report.version()).isEqualTo(5);
    assertThat(report.guestSvn()).isEqualTo(7);
    assertThat(report.policy()).isEqualTo(0x3001F);
    assertThat(report.familyId()).isEqualTo(part(bytes, 0x10, 16));
    assertThat(report.imageId()).isEqualTo(part(bytes, 0x20, 16));
    assertThat(report.vmpl()).isEqualTo(3);
    assertThat(report.platform()).isEqualTo(0x25);
    assertThat(report.signingKey()).isEqualTo(SigningKey.VCEK);
    assertThat(report.authorKeyEnabled()).isTrue();
    assertThat(report.chipKeyMasked()).isFalse();
    assertThat(report.reportData()).isEqualTo(part(bytes, 0x50, 64));
    assertThat(report.measurement()).isEqualTo(part(bytes, 0x90, 48));
    assertThat(report.hostData()).isEqualTo(part(bytes, 0xC0, 32));
    assertThat(report.idKeyDigest()).isEqualTo(part(bytes, 0xE0, 48));
    assertThat(report.authorKeyDigest()).isEqualTo(part(bytes, 0x110, 48));
    assertThat(report.reportId()).isEqualTo(part(bytes, 0x140, 32));
    assertThat(report.migrationReportId()).isEqualTo(part(bytes, 0x160, 32));
    assertThat(report.currentTcb()).isEqualTo(0x0807060504030201L);
    assertThat(report.reportedTcb()).isEqualTo(0x1817161514131211L);
    assertThat(report.committedTcb()).isEqualTo(0x2827262524232221L);
    assertThat(report.launchTcb()).isEqualTo(0x3837363534333231L);
    assertThat(report.cpu()).isEqualTo("190101");
    assertThat(report.cpuProduct()).contains(Product.MILAN);
    assertThat(report.chipId()).isEqualTo(Bytes.copyOf(SnpForge.CHIP));
    assertThat(report.currentFirmware()).isEqualTo(new SnpReport.Firmware(1, 0x37, 1));
    assertThat(report.committedFirmware()).isEqualTo(new SnpReport.Firmware(1, 0x37, 9));
    assertThat(report.launchMitigations()).isEqualTo(0x3F);
    assertThat(report.currentMitigations()).isEqualTo(0x7F);
    assertThat(report.r().bitLength()).isBetween(300, 384);
    assertThat(report.s().bitLength()).isBetween(300, 384);
  }

  @Test
  void readsWhetherTheChipsKeyIsMasked() throws Rejection {
    assertThat(SnpReport.read(forge.put(0x48, 2, 4).body()).chipKeyMasked()).isTrue();
    assertThat(SnpReport.read(forge.body()).authorKeyEnabled()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1183, 1185, 2368})
  void refusesAnyOtherSize(int size) {
    refused(new byte[size], Reason.LENGTH);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = forge.body().toArray();
    for (int size = 0; size < whole.length; size++) {
      refused(Arrays.copyOf(whole, size), Reason.LENGTH);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 6, 0x102, 0xFFFF_FFFFL})
  void refusesVersionsItDoesNotKnow(long version) {
    refused(forge.put(0, version, 4).body().toArray(), Reason.VERSION);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void readsTheVersionsItKnows(int version) throws Rejection {
    forge.put(0, version, 4);
    if (version < 5) {
      forge.fill(0x1F8, 16, 0);
    }
    if (version < 3) {
      forge.fill(0x188, 3, 0);
    }

    assertThat(SnpReport.read(forge.body()).version()).isEqualTo(version);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1001F, 0x0, 0x2_0000L | 1L << 26, 0x2_0000L | 1L << 63})
  void refusesPoliciesWithReservedBitsWrong(long policy) {
    refused(forge.put(8, policy, 8).body().toArray(), Reason.RESERVED);
  }

  @Test
  void readsEveryPolicyBitFromItsPlace() throws Rejection {
    long[] bits = {16, 18, 19, 20, 21, 22, 23, 24, 25};
    int index = 0;
    for (GuestPolicy flag : GuestPolicy.values()) {
      SnpReport report = SnpReport.read(forge.put(8, 1L << 17 | 1L << bits[index++], 8).body());

      assertThat(EnumSet.allOf(GuestPolicy.class).stream().filter(report::allows))
          .containsExactly(flag);
    }
    assertThat(SnpReport.read(forge.put(8, 0x3FF_FFFFL, 8).body()).policy()).isEqualTo(0x3FF_FFFF);
  }

  @Test
  void readsEveryPlatformBitFromItsPlace() throws Rejection {
    int bit = 0;
    for (PlatformFeature feature : PlatformFeature.values()) {
      SnpReport report = SnpReport.read(forge.put(0x40, 1L << bit++, 8).body());

      assertThat(EnumSet.allOf(PlatformFeature.class).stream().filter(report::has))
          .containsExactly(feature);
    }
    assertThat(bit).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 8, 1L << 63})
  void refusesPlatformBitsWithoutMeaning(long platform) {
    refused(forge.put(0x40, platform, 8).body().toArray(), Reason.RESERVED);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 0xFFFF_FFFEL, 0x100})
  void refusesPrivilegeLevelsThatAreNone(long vmpl) {
    refused(forge.put(0x30, vmpl, 4).body().toArray(), Reason.RESERVED);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 0xFFFF_FFFFL})
  void readsPrivilegeLevelsAndTheHosts(long vmpl) throws Rejection {
    assertThat(SnpReport.read(forge.put(0x30, vmpl, 4).body()).vmpl()).isEqualTo(vmpl);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 2, 0x101, 0x1_0000_0000L - 1})
  void refusesOtherSignatureAlgorithms(long algorithm) {
    refused(forge.put(0x34, algorithm, 4).body().toArray(), Reason.SIG_ALGO);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7})
  void refusesSigningKeysThatAreNone(int key) {
    Bytes body = forge.put(0x48, key << 2, 4).body();

    refused(body.toArray(), Reason.SIGNER_NONE);
    assertThat(catchThrowableOfType(Rejection.class, () -> SnpReport.read(body)))
        .hasMessageContaining("SIGNING_KEY is " + key);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 17, 31})
  void refusesReservedFlags(int bit) {
    refused(forge.put(0x48, 1L << bit, 4).body().toArray(), Reason.RESERVED);
  }

  @ParameterizedTest
  @CsvSource({
    "4C,4F", "18B,19F", "1EB,1EB", "1EF,1EF", "208,29F", "330,49F",
  })
  void refusesReservedBytesThatAreNotZero(String from, String to) throws Rejection {
    byte[] whole = forge.body().toArray();
    for (int at = Integer.parseInt(from, 16); at <= Integer.parseInt(to, 16); at++) {
      byte[] changed = whole.clone();
      changed[at] = (byte) 0x80;

      refused(changed, Reason.RESERVED);
    }
    assertThat(SnpReport.read(Bytes.copyOf(whole)).version()).isEqualTo(5);
  }

  @Test
  void refusesAnOlderVersionThatUsesWhatCameLater() {
    forge.put(0, 4, 4);
    refused(forge.body().toArray(), Reason.RESERVED);
    refused(forge.put(0x1F8, 0, 8).body().toArray(), Reason.RESERVED);
    refused(forge.put(0x1F8, 1, 8).put(0x200, 0, 8).body().toArray(), Reason.RESERVED);
    forge.fill(0x1F8, 16, 0).put(0, 2, 4);
    for (int at = 0x188; at <= 0x18A; at++) {
      refused(forge.fill(0x188, 3, 0).put(at, 1, 1).body().toArray(), Reason.RESERVED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "19,00,MILAN", "19,0F,MILAN", "19,10,GENOA", "19,1F,GENOA", "19,20,", "19,9F,",
    "19,A0,GENOA", "19,AF,GENOA", "19,B0,", "1A,00,TURIN", "1A,11,TURIN", "1A,12,",
    "18,01,", "1B,01,", "00,00,", "17,31,",
  })
  void tellsProductLinesByTheirCpu(String family, String model, Product product) {
    assertThat(Product.ofCpu(Integer.parseInt(family, 16), Integer.parseInt(model, 16)))
        .isEqualTo(Optional.ofNullable(product));
  }

  @Test
  void ordersFirmwareByMajorThenMinorThenBuild() {
    SnpReport.Firmware firmware = new SnpReport.Firmware(1, 55, 29);

    assertThat(firmware).isLessThan(new SnpReport.Firmware(2, 0, 0));
    assertThat(firmware).isLessThan(new SnpReport.Firmware(1, 56, 0));
    assertThat(firmware).isLessThan(new SnpReport.Firmware(1, 55, 30));
    assertThat(firmware).isGreaterThan(new SnpReport.Firmware(0, 255, 255));
    assertThat(firmware).isGreaterThan(new SnpReport.Firmware(1, 54, 255));
    assertThat(firmware).hasToString("1.55.29");
  }

  private static void refused(byte[] body, Reason reason) {
    Rejection rejection =
        catchThrowableOfType(Rejection.class, () -> SnpReport.read(Bytes.copyOf(body)));
    assertThat(rejection).isNotNull();
    assertThat(Set.of(rejection.refusal().reason())).containsExactly(reason);
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.PARSE);
    assertThat(rejection.refusal().detail()).isNotBlank();
  }

  private static Bytes part(byte[] whole, int from, int size) {
    return Bytes.copyOf(Arrays.copyOfRange(whole, from, from + size));
  }

  private static void put(byte[] bytes, int offset, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
