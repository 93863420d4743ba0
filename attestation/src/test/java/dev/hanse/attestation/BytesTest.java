package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {
  @Test
  void sharesItsContentWithNobody() {
    byte[] content = {1, 2, 3};
    Bytes bytes = Bytes.copyOf(content);

    content[0] = 9;
    bytes.toArray()[1] = 9;

    assertThat(bytes.hex()).isEqualTo("010203");
    assertThat(bytes.size()).isEqualTo(3);
  }

  @Test
  void isWhatItHolds() {
    Bytes bytes = Bytes.ofHex("0102");

    assertThat(bytes)
        .isEqualTo(Bytes.copyOf(new byte[] {1, 2}))
        .hasSameHashCodeAs(Bytes.copyOf(new byte[] {1, 2}));
    assertThat(bytes.hashCode()).isNotEqualTo(Bytes.ofHex("0103").hashCode());
    assertThat(bytes)
        .isNotEqualTo(Bytes.ofHex("0103"))
        .isNotEqualTo(Bytes.ofHex("010200"))
        .isNotEqualTo("0102");
  }

  /** FIPS 180-4's example "abc". */
  @Test
  void knowsItsDigests() {
    Bytes abc = Bytes.ofHex("616263");

    assertThat(abc.sha256().hex())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(abc.sha384().hex())
        .isEqualTo(
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    assertThat(abc.sha512().hex())
        .startsWith("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2")
        .hasSize(128);
  }

  @Test
  void printsSmallContentAndOnlyTheSizeOfLarge() {
    assertThat(Bytes.copyOf(new byte[64])).hasToString("00".repeat(64));
    assertThat(Bytes.copyOf(new byte[65])).hasToString("65 bytes");
  }

  @Test
  void readsHexadecimalDigitsOnly() {
    assertThatThrownBy(() -> Bytes.ofHex("0g")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Bytes.ofHex("012")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsBase64InWhateverLinesItStands() {
    assertThat(Bytes.ofBase64("")).isEqualTo(Bytes.ofHex(""));
    assertThat(Bytes.ofBase64("AQ==")).isEqualTo(Bytes.ofHex("01"));
    assertThat(Bytes.ofBase64(" AQ\r\nI=\t")).isEqualTo(Bytes.ofHex("0102"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AR==",
        "AQJ=",
        "AQ",
        "AQ=",
        "AQ==AQ==",
        "AQ==A",
        "-_8=",
        "A*==",
        "=",
        "A===",
        "é="
      })
  void refusesBase64InAnyOtherForm(String text) {
    assertThatThrownBy(() -> Bytes.ofBase64(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
