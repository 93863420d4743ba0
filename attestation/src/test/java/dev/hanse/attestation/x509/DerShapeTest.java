package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DerShapeTest {
  @ParameterizedTest
  @ValueSource(strings = {"0500", "020101", "3000", "30030201FF", "A003020102"})
  void takesOneValueWhateverItIs(String hex) {
    taken(hex);
  }

  @Test
  void takesLengthsInTheirShortestFormOnly() {
    taken("047F" + "00".repeat(127));
    taken("048180" + "00".repeat(128));
    taken("0481FF" + "00".repeat(255));
    taken("04820100" + "00".repeat(256));
    taken("0482FFFF" + "00".repeat(65_535));
    taken("0483010000" + "00".repeat(65_536));
    refused("04817F" + "00".repeat(127), "shortest form");
    refused("048200FF" + "00".repeat(255), "shortest form");
    refused("048300FFFF" + "00".repeat(65_535), "shortest form");
    refused("048100", "shortest form");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3080", "308401000000", "04FF"})
  void refusesLengthsThatAreIndefiniteOrOfMoreThanThreeBytes(String hex) {
    refused(hex, "a length is indefinite or too long at byte 2");
  }

  @ParameterizedTest
  @CsvSource({
    "'', it ends too soon at byte 0",
    "30, it ends too soon at byte 1",
    "3081, it ends too soon at byte 2",
    "0401, a length leads out of its value at byte 2",
    "30020402, a length leads out of its value at byte 4",
    "3003020100FF, bytes are left over at byte 5",
    "050000, bytes are left over at byte 2",
    "1F8100, a tag has more than one byte at byte 1",
    "3F00, a tag has more than one byte at byte 1",
    "300130, it ends too soon at byte 3"
  })
  void saysWhatIsWrongAndWhere(String hex, String problem) {
    refused(hex, problem);
  }

  @Test
  void readsNoLengthFromBehindTheValueItStandsIn() {
    // The inner tag is the last byte of the outer value; what follows belongs to nobody.
    refused("300104" + "00", "it ends too soon at byte 3");
  }

  @Test
  void followsValuesSixteenDeepAndNoDeeper() {
    taken(nested(16));
    refused(nested(17), "values nest too deep");
    refused(nested(60), "values nest too deep");
  }

  @Test
  void comesBackFromDeepValuesToTheirNeighbours() {
    taken("300A" + "3004" + "3002" + "0500" + "0500" + "0500");
    taken("3008" + "3002" + "3000" + "3002" + "0500");
    refused("3008" + "3002" + "3000" + "3003" + "0500", "a length leads out of its value");
  }

  private static String nested(int deep) {
    byte[] der = new byte[2 * deep];
    for (int i = 0; i < deep; i++) {
      der[2 * i] = 0x30;
      der[2 * i + 1] = (byte) (2 * (deep - 1 - i));
    }
    return HexFormat.of().formatHex(der);
  }

  private static void taken(String hex) {
    assertThatCode(() -> DerShape.require(HexFormat.of().parseHex(hex))).doesNotThrowAnyException();
  }

  private static void refused(String hex, String problem) {
    assertThatThrownBy(() -> DerShape.require(HexFormat.of().parseHex(hex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }
}
