package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PckPlatformTest {
  private static final String ARC = "060a2a864886f84d010d01";

  private final TdxForge forge = new TdxForge();

  @Test
  void readsWhatIntelStatesOfAPlatform() throws Rejection {
    forge.svns[15] = 200;
    forge.pceSvn = 40000;

    PckPlatform platform = PckPlatform.of(certificate(forge.extension()));

    assertThat(platform)
        .isEqualTo(
            new PckPlatform(
                Bytes.ofHex("11".repeat(16)),
                List.of(5, 5, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 200),
                40000,
                Bytes.ofHex("0000"),
                Bytes.ofHex("b0c06f000000"),
                java.util.Optional.of(Bytes.ofHex("66".repeat(16)))));
  }

  @Test
  void aPlatformOfOnePackageHasNoInstance() throws Rejection {
    String hex = forge.extension().hex();
    String instance = "301e" + ARC + "06" + "0410" + "66".repeat(16);

    PckPlatform platform = PckPlatform.of(certificate(shortened(hex, instance)));

    assertThat(platform.platformInstance()).isEmpty();
  }

  @Test
  void refusesACertificateWithoutTheExtension() {
    refusedAs(Bytes.copyOf(new byte[0]));
  }

  @ParameterizedTest
  @CsvSource({
    "301e060a2a864886f84d010d01010410, 16",
    "3010060a2a864886f84d010d01030402, 2",
    "3014060a2a864886f84d010d01040406, 6",
    "3010060b2a864886f84d010d0102010201, 1",
    "3010060b2a864886f84d010d0102100201, 1",
    "3010060b2a864886f84d010d0102110201, 1"
  })
  void refusesAPartThatIsMissing(String start, int valueBytes) {
    String hex = forge.extension().hex();
    int at = hex.indexOf(start);
    String part = hex.substring(at, at + start.length() + 2 * valueBytes);

    refusedAs(shortened(hex, part));
  }

  @ParameterizedTest
  @CsvSource({
    "010410, 010310",
    "010410, 010510",
    "01030402, 01030202",
    "0406b0c06f, 0306b0c06f",
    "0102010201, 0102010401",
    "2a864886f84d010d0102010201, 2a864886f84d010d0103010201",
    "2a864886f84d010d0103, 2a864886f84d010d0203",
    "2a864886f84d010d0104, 2a864886f84d010d0103",
    "2a864886f84d010d010202, 2a864886f84d010d010201"
  })
  void refusesAPartOfAnotherKindOrName(String there, String instead) {
    String hex = forge.extension().hex();
    assertThat(hex).contains(there);

    refusedAs(Bytes.ofHex(hex.replaceFirst(there, instead)));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 65535, -1})
  void refusesAnSvnOutOfRange(int svn) {
    forge.svns[3] = svn;

    refusedAs(forge.extension());
  }

  @ParameterizedTest
  @ValueSource(ints = {65536, 16777216, -1})
  void refusesAPceSvnOutOfRange(int svn) {
    forge.pceSvn = svn;

    refusedAs(forge.extension());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "3080",
        "308000",
        "308101",
        "30817f",
        "3082007f",
        "308300008000",
        "0400",
        "300102",
        "30023000",
        "3000ff",
        "300430020600",
        "300a3008060a2a864886f84d"
      })
  void refusesWhatIsNotDerOrHoldsNothing(String hex) {
    refusedAsExtension(Bytes.ofHex(hex));
  }

  @Test
  void refusesTheExtensionCutAtAnyByteOrWithOneMore() {
    byte[] good = forge.extension().toArray();

    for (int cut = 0; cut < good.length; cut++) {
      refusedAsExtension(Bytes.copyOf(java.util.Arrays.copyOf(good, cut)));
    }
    refusedAsExtension(Bytes.copyOf(java.util.Arrays.copyOf(good, good.length + 1)));
  }

  @Test
  void refusesANumberThatIsNotInItsShortestForm() {
    String hex = forge.extension().hex();
    String there = "3010060b2a864886f84d010d01020102" + "0105";
    String longer = "3011060b2a864886f84d010d01020102" + "020005";
    String swapped = hex.replace(there, longer);

    assertThat(hex).contains(there);
    refusedAs(Bytes.ofHex(lengthened(swapped)));
  }

  /** One byte more in the nested SEQUENCE: every length around it grows by one. */
  private static String lengthened(String hex) {
    byte[] bytes = Bytes.ofHex(hex).toArray();
    bytes[3]++;
    int nested = hex.indexOf("060a2a864886f84d010d0102") / 2;
    bytes[nested - 1]++;
    bytes[nested + 15]++;
    return Bytes.copyOf(bytes).hex();
  }

  /** Without one part at top level or in the nested SEQUENCE. */
  private static Bytes shortened(String hex, String part) {
    String without = hex.replaceFirst(part, "");
    int less = part.length() / 2;
    byte[] bytes = Bytes.ofHex(without).toArray();
    shrink(bytes, 2, less);
    int nested = without.indexOf("060a2a864886f84d010d0102") / 2;
    if (part.contains("060b")) {
      shrink(bytes, nested - 2, less);
      shrink(bytes, nested + 14, less);
    }
    return Bytes.copyOf(bytes);
  }

  private static void shrink(byte[] bytes, int at, int less) {
    int length = (Byte.toUnsignedInt(bytes[at]) << 8 | Byte.toUnsignedInt(bytes[at + 1])) - less;
    bytes[at] = (byte) (length >> 8);
    bytes[at + 1] = (byte) length;
  }

  private void refusedAs(Bytes extension) {
    X509Certificate certificate = certificate(extension);
    rejected(() -> PckPlatform.of(certificate), Stage.ENDORSEMENT, Reason.PCK_EXTENSION);
  }

  private static void refusedAsExtension(Bytes content) {
    Bytes wrapped = TdxForge.der(new org.bouncycastle.asn1.DEROctetString(content.toArray()));
    rejected(
        () -> PckItems.ofExtension(wrapped.toArray()).octets(1, 16),
        Stage.ENDORSEMENT,
        Reason.PCK_EXTENSION);
  }

  private X509Certificate certificate(Bytes extension) {
    return ForgedPki.make(forge.pckWish().extended(extension));
  }
}
