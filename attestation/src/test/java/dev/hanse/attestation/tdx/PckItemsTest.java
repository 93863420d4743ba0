package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The encoding of the PCK extension, value by value. */
class PckItemsTest {
  private static final String ARC = "060a2a864886f84d010d01";

  @ParameterizedTest
  @CsvSource({"127, 7f", "128, 8180", "255, 81ff", "256, 820100", "300, 82012c"})
  void readsLengthsInTheirShortestForm(int size, String length) throws Rejection {
    assertThat(octets(size, length)).isEqualTo(Bytes.ofHex("ab".repeat(size)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8101",
    "127, 817f",
    "127, 82007f",
    "128, 820080",
    "255, 8200ff",
    "128, 8080",
    "128, 8380",
    "256, 83000100",
    "128, ff80"
  })
  void refusesLengthsInAnyOtherForm(int size, String length) {
    refused(() -> octets(size, length));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "15", "17"})
  void refusesOctetsOfAnotherSize(int size) throws Rejection {
    PckItems items = items(pair("01", "04" + length(size) + "ab".repeat(size)));

    refused(() -> items.octets(1, 16));
  }

  @ParameterizedTest
  @CsvSource({"020100, 0", "02017f, 127", "02020080, 128", "020300ffff, 65535"})
  void readsNumbers(String der, int number) throws Rejection {
    assertThat(items(pair("01", der)).number(1, 0xFFFF)).isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource({
    "0200",
    "0201ff",
    "02020000",
    "0202007f",
    "0203010000",
    "020400000001",
    "02050100000001",
    "0209010000000000000001"
  })
  void refusesNumbersThatAreNoneOrOutOfRangeOrLonger(String der) throws Rejection {
    PckItems items = items(pair("01", der));

    refused(() -> items.number(1, 0xFFFF));
  }

  @Test
  void refusesAPartThatIsThereTwice() throws Rejection {
    String part = pair("05", "0a0101");

    assertThat(items(part).has(5)).isTrue();
    refused(() -> items(part + part));
  }

  @Test
  void refusesAPairOfThree() {
    refused(() -> items(tagged("30", ARC + "01" + "020100" + "020100")));
  }

  private static Bytes octets(int size, String length) throws Rejection {
    return items(pair("01", "04" + length + "ab".repeat(size))).octets(1, size);
  }

  private static String pair(String name, String value) {
    return tagged("30", ARC + name + value);
  }

  private static PckItems items(String pairs) throws Rejection {
    return PckItems.ofExtension(Bytes.ofHex(tagged("04", tagged("30", pairs))).toArray());
  }

  private static String tagged(String tag, String content) {
    return tag + length(content.length() / 2) + content;
  }

  private static String length(int size) {
    if (size < 0x80) {
      return "%02x".formatted(size);
    }
    return size < 0x100 ? "81%02x".formatted(size) : "82%04x".formatted(size);
  }

  private static void refused(Executable reading) {
    rejected(reading, Stage.ENDORSEMENT, Reason.PCK_EXTENSION);
  }
}
