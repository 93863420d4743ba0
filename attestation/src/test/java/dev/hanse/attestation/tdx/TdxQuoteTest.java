package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TdxQuoteTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void readsEveryFieldOfTd10() throws Rejection {
    forge.body(112, "0102030405060708").body(120, "0000001000000080");

    TdxQuote quote = TdxQuote.parse(forge.quote());

    TdReport report = quote.report();
    assertThat(quote.version()).isEqualTo(4);
    assertThat(quote.signed()).isEqualTo(Bytes.copyOf(forge.signedPart()));
    assertThat(quote.qeReport()).isEqualTo(Bytes.copyOf(forge.boundQeReport()));
    assertThat(quote.qeAuthentication()).isEqualTo(Bytes.ofHex("00".repeat(32)));
    assertThat(quote.attestationKey()).isEqualTo(Bytes.copyOf(forge.attestationKey.coordinates()));
    assertThat(report.teeTcbSvn()).isEqualTo(Bytes.ofHex("060103" + "00".repeat(13)));
    assertThat(report.mrSeam()).isEqualTo(Bytes.ofHex("5e".repeat(48)));
    assertThat(report.mrSignerSeam()).isEqualTo(Bytes.ofHex("00".repeat(48)));
    assertThat(report.seamAttributes()).isEqualTo(Bytes.ofHex("0102030405060708"));
    assertThat(report.tdAttributes())
        .isEqualTo(TdAttributes.SEPT_VE_DISABLE | TdAttributes.PERFMON);
    assertThat(report.xfam()).isEqualTo(Bytes.ofHex("e700000000000000"));
    assertThat(report.mrTd()).isEqualTo(Bytes.ofHex("a0".repeat(48)));
    assertThat(report.mrConfigId()).isEqualTo(Bytes.ofHex("a1".repeat(48)));
    assertThat(report.mrOwner()).isEqualTo(Bytes.ofHex("a2".repeat(48)));
    assertThat(report.mrOwnerConfig()).isEqualTo(Bytes.ofHex("a3".repeat(48)));
    assertThat(report.rtmrs())
        .containsExactly(
            Bytes.ofHex("a4".repeat(48)),
            Bytes.ofHex("a5".repeat(48)),
            Bytes.ofHex("a6".repeat(48)),
            Bytes.ofHex("a7".repeat(48)));
    assertThat(report.reportData()).isEqualTo(TdxForge.REPORT_DATA);
    assertThat(report.later()).isEmpty();
  }

  @Test
  void readsVersion5OfBothBodies() throws Rejection {
    forge.version = 5;
    TdxForge later = TdxForge.later().body(584, "0d0104").body(600, "5d".repeat(48));

    TdReport td10 = TdxQuote.parse(forge.quote()).report();
    TdReport td15 = TdxQuote.parse(later.quote()).report();

    assertThat(td10.later()).isEmpty();
    assertThat(td10.reportData()).isEqualTo(TdxForge.REPORT_DATA);
    assertThat(td15.later())
        .contains(
            new TdReport.Later(
                Bytes.ofHex("0d0104" + "00".repeat(13)), Bytes.ofHex("5d".repeat(48))));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0300, VERSION",
    "0, 0600, VERSION",
    "0, 0401, VERSION",
    "2, 0300, AK_TYPE",
    "2, 0201, AK_TYPE",
    "4, 00000000, TEE_TYPE",
    "4, 81000001, TEE_TYPE",
    "12, 92, TYPE",
    "27, 08, TYPE",
    "632, ffffffff, LENGTH",
    "632, 00000080, LENGTH",
    "632, 00000000, LENGTH",
    "764, 0500, CERT_TYPE",
    "764, 0700, CERT_TYPE",
    "764, 0601, CERT_TYPE",
    "766, ffffffff, LENGTH",
    "1218, ffff, LENGTH",
    "1252, 0100, CERT_TYPE",
    "1252, 0600, CERT_TYPE",
    "1254, ffffffff, LENGTH",
    "1254, 00000080, LENGTH",
    "1254, 00000000, TRAILING"
  })
  void refusesAnyOtherHeaderTypeOrLength(int at, String hex, Reason reason) {
    rejected(() -> TdxQuote.parse(patched(forge.quote(), at, hex)), Stage.PARSE, reason);
  }

  @ParameterizedTest
  @CsvSource({
    "48, 0100, BODY_TYPE",
    "48, 0400, BODY_TYPE",
    "48, 0200, BODY_SIZE",
    "50, 48020000, BODY_SIZE",
    "50, 87020000, BODY_SIZE",
    "50, 89020000, BODY_SIZE",
    "50, 00000000, BODY_SIZE",
    "50, ffffffff, LENGTH",
    "50, 00000080, LENGTH"
  })
  void refusesABodyThatIsNotOfItsType(int at, String hex, Reason reason) {
    rejected(() -> TdxQuote.parse(patched(TdxForge.later().quote(), at, hex)), Stage.PARSE, reason);
  }

  @Test
  void refusesASignaturePartThatIsLongerThanWhatIsInIt() {
    byte[] quote = forge.quote().toArray();
    byte[] longer = Arrays.copyOf(quote, quote.length + 1);
    int size = quote.length - 636;
    System.arraycopy(TdxForge.u32(size + 1), 0, longer, 632, 4);

    rejected(() -> TdxQuote.parse(Bytes.copyOf(longer)), Stage.PARSE, Reason.TRAILING);
  }

  @Test
  void refusesCertificationDataThatIsLongerThanWhatIsInIt() {
    byte[] quote = forge.quote().toArray();
    byte[] longer = Arrays.copyOf(quote, quote.length + 1);
    System.arraycopy(TdxForge.u32(quote.length - 636 + 1), 0, longer, 632, 4);
    System.arraycopy(TdxForge.u32(quote.length - 770 + 1), 0, longer, 766, 4);

    rejected(() -> TdxQuote.parse(Bytes.copyOf(longer)), Stage.PARSE, Reason.TRAILING);
  }

  @Test
  void refusesAQuoteCutAtAnyByte() {
    for (TdxForge each : new TdxForge[] {forge, TdxForge.later()}) {
      byte[] quote = each.quote().toArray();

      for (int cut = 0; cut < quote.length; cut++) {
        Bytes shorter = Bytes.copyOf(Arrays.copyOf(quote, cut));
        rejected(() -> TdxQuote.parse(shorter), Stage.PARSE, Reason.LENGTH);
      }
    }
  }

  @Test
  void takesAQuoteOfTheLargestSizeAndNoLarger() throws Rejection {
    Bytes quote = forge.quote();
    byte[] largest = Arrays.copyOf(quote.toArray(), 16 * 1024);
    byte[] larger = Arrays.copyOf(quote.toArray(), 16 * 1024 + 1);

    assertThat(TdxQuote.parse(Bytes.copyOf(largest))).isEqualTo(TdxQuote.parse(quote));
    rejected(() -> TdxQuote.parse(Bytes.copyOf(larger)), Stage.PARSE, Reason.LENGTH);
  }

  @Test
  void keepsNothingOfWhatFollowsTheSignedPart() throws Rejection {
    Bytes quote = forge.quote();
    forge.tail = "left in the buffer".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    assertThat(TdxQuote.parse(forge.quote())).isEqualTo(TdxQuote.parse(quote));
  }

  private static Bytes patched(Bytes quote, int at, String hex) {
    byte[] patched = quote.toArray();
    byte[] value = Bytes.ofHex(hex).toArray();
    System.arraycopy(value, 0, patched, at, value.length);
    return Bytes.copyOf(patched);
  }
}
