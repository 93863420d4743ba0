package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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
}
