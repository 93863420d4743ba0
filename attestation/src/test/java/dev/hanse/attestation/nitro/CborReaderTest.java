package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CborReaderTest {
  @Test
  void readsEveryTypeADocumentHas() throws Rejection {
    CborReader reader =
        CborReader.of(Bytes.ofHex("d284" + "a1" + "01" + "f6" + "4301ff03" + "62c3a9" + "1903e8"));
    reader.skipTag(18);

    assertThat(reader.array("a")).isEqualTo(4);
    assertThat(reader.map("m")).isEqualTo(1);
    assertThat(reader.skipNull()).isFalse();
    assertThat(reader.unsigned("u")).isEqualTo(1);
    assertThat(reader.skipNull()).isTrue();
    assertThat(reader.bytes(Reason.STRUCTURE, "b")).isEqualTo(Bytes.ofHex("01ff03"));
    assertThat(reader.text("t")).isEqualTo("é");
    assertThat(reader.unsigned("u")).isEqualTo(1000);
    assertThat(reader.skipNull()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 23, 24, 255, 256, 65535, 65536, 0xFFFFFFFFL, 0x100000000L, -1})
  void readsNumbersOfEverySize(long value) throws Rejection {
    assertThat(CborReader.of(Cbor.unsigned(value)).unsigned("u")).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1817",
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "1800",
        "190000",
        "5801aa",
        "7800",
        "9800",
        "b800",
        "d81281",
        "3800"
      })
  void refusesAnythingButTheShortestForm(String cbor) {
    assertThat(walk(cbor)).isEqualTo("NON_DETERMINISTIC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5f4100ff",
        "7f6100ff",
        "9f00ff",
        "bf0000ff",
        "1f",
        "3f",
        "df00",
        "1c",
        "1d",
        "1e",
        "5c",
        "9d",
        "be"
      })
  void refusesIndefiniteAndReservedLengths(String cbor) {
    assertThat(walk(cbor)).isEqualTo("LENGTH");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"f4", "f5", "f7", "f90000", "fa00000000", "fb0000000000000000", "ff", "e0"})
  void refusesSimpleValuesOtherThanNull(String cbor) {
    assertThat(walk(cbor)).isEqualTo("TYPE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "18",
        "19ff",
        "1affffff",
        "1bffffffffffffff",
        "41",
        "4200",
        "6261",
        "81",
        "8200",
        "a1",
        "a100",
        "a20000",
        "a2000000",
        "c2",
        "5bffffffffffffffff",
        "5b8000000000000000",
        "9bffffffffffffffff",
        "9b7fffffffffffffff",
        "bb4000000000000000",
        "bbffffffffffffffff",
        "bb8000000000000001",
        "5affffffff",
        "9affffffff",
        "baffffffff"
      })
  void refusesWhatEndsTooSoonWhateverItsLengthsClaim(String cbor) {
    assertThat(walk(cbor)).isEqualTo("LENGTH");
  }

  /** With enough behind them that only the form itself can be refused. */
  @Test
  void refusesReservedLengthsWhateverFollows() {
    for (String head : new String[] {"1c", "1d", "1e", "1f", "3c"}) {
      for (int following = 1; following <= 128; following++) {
        assertThat(walk(head + "11".repeat(following))).as(head).isEqualTo("LENGTH");
      }
    }
  }

  @Test
  void refusesAByteMore() {
    assertThat(walk("0000")).isEqualTo("TRAILING");
    assertThat(walk("f6f6")).isEqualTo("TRAILING");
    assertThat(walk("8000")).isEqualTo("TRAILING");
  }

  @Test
  void nestsFourDeepAndNoDeeper() {
    assertThat(walk("8181818100")).isEqualTo("OK");
    assertThat(walk("c181a1008100")).isEqualTo("OK");
    assertThat(walk("8281818180818100")).isEqualTo("OK");
    assertThat(walk("818181818100")).isEqualTo("DEPTH");
    assertThat(walk("c1c1c1c1c100")).isEqualTo("DEPTH");
    assertThat(walk("81".repeat(100_000) + "00")).isEqualTo("DEPTH");
    assertThat(walk("a100".repeat(5) + "00")).isEqualTo("DEPTH");
  }

  @Test
  void refusesAnotherTypeThanTheOneAskedFor() throws Rejection {
    Bytes number = Bytes.ofHex("00");

    assertThat(read(() -> CborReader.of(number).array("x"))).isEqualTo("STRUCTURE");
    assertThat(read(() -> CborReader.of(number).map("x"))).isEqualTo("STRUCTURE");
    assertThat(read(() -> CborReader.of(number).text("x"))).isEqualTo("TYPE");
    assertThat(read(() -> CborReader.of(number).bytes(Reason.CODE, "x"))).isEqualTo("CODE");
    assertThat(read(() -> CborReader.of(Bytes.ofHex("20")).unsigned("x"))).isEqualTo("TYPE");
    assertThat(read(() -> CborReader.of(Bytes.ofHex("61ff")).text("x"))).isEqualTo("TYPE");
    CborReader atEnd = CborReader.of(number);
    assertThat(atEnd.unsigned("x")).isZero();
    assertThat(read(() -> atEnd.unsigned("x"))).isEqualTo("TYPE");
    atEnd.skipTag(18);
    assertThat(atEnd.skipNull()).isFalse();
  }

  @Test
  void passesOverTheTagItIsToldAndNoOther() throws Rejection {
    for (String other : List.of("d180", "8100", "5200")) {
      CborReader reader =
          CborReader.of(Bytes.ofHex(other.equals("5200") ? "52" + "00".repeat(18) : other));
      reader.skipTag(18);
      assertThat(read(() -> reader.array("x")))
          .isEqualTo(other.equals("8100") ? "OK" : "STRUCTURE");
    }
  }

  private interface Reading {
    Object read() throws Rejection;
  }

  private static String walk(String hex) {
    return read(() -> CborReader.of(Bytes.ofHex(hex)));
  }

  private static String read(Reading reading) {
    try {
      assertThat(reading.read()).isNotNull();
      return "OK";
    } catch (Rejection rejection) {
      return rejection.refusal().reason().name();
    }
  }
}
