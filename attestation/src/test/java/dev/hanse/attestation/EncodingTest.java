package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EncodingTest {
  @Test
  void writesEachFieldBehindItsLength() {
    Encoding encoding =
        new Encoding("ab").bytes(Bytes.ofHex("0f")).text("\u00e4").count(0x01020304);

    assertThat(encoding.toBytes().hex())
        .isEqualTo("000000026162" + "000000010f" + "00000002c3a4" + "0000000401020304");
  }

  @Test
  void writesTheWholeOfALongLength() {
    assertThat(new Encoding("").bytes(Bytes.copyOf(new byte[0x10203])).toBytes().hex())
        .startsWith("00000000" + "00010203");
  }

  @Test
  void digestsWhatItWrote() {
    Encoding encoding = new Encoding("label").text("x");

    assertThat(encoding.sha256()).isEqualTo(encoding.toBytes().sha256());
    assertThat(encoding.sha512()).isEqualTo(encoding.toBytes().sha512());
  }

  @Test
  void evidenceIsNamedByItsTechnologyBodyAndEveryPieceOfCollateral() {
    Bytes one = Bytes.ofHex("01");
    Bytes two = Bytes.ofHex("02");
    Evidence evidence = new Evidence("a", one, List.of(one, two));

    assertThat(evidence.digest())
        .isEqualTo(
            new Encoding("hanse/evidence/v1")
                .text("a")
                .bytes(one)
                .count(2)
                .bytes(one)
                .bytes(two)
                .sha256())
        .isNotEqualTo(new Evidence("a", one, List.of(two, one)).digest())
        .isNotEqualTo(new Evidence("a", one).digest());
    assertThat(evidence.collateralBytes()).isEqualTo(2);
    assertThat(new Evidence("a", one).collateral()).isEmpty();
  }
}
