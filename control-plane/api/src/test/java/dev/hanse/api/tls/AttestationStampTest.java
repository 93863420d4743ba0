package dev.hanse.api.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AttestationStampTest {
  private static final AttestationStamp STAMP =
      new AttestationStamp(
          new AttestationSummary(
              "simulated",
              AttestationLevel.SIMULATED,
              Instant.ofEpochSecond(1_795_176_000L),
              Instant.ofEpochSecond(1_795_179_600L)),
          "ab".repeat(32),
          "built-in-1");

  private final TestMesh mesh = new TestMesh();
  private final TestMesh.Ca europe = mesh.region("eu-west");
  private final KeyPair key = TestMesh.key();

  @Test
  void isReadBackFromACertificate() {
    assertThat(
            AttestationStamp.of(
                mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1").stamp(STAMP.toDer()))
                    .getFirst()))
        .contains(STAMP);
  }

  @Test
  void isAbsentWhereNoneWasWritten() {
    assertThat(
            AttestationStamp.of(mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1")).getFirst()))
        .isEmpty();
  }

  @Test
  void isOneUtf8StringInDer() {
    String text = "1;simulated;SIMULATED;1795176000;1795179600;" + "ab".repeat(32) + ";built-in-1";

    assertThat(HexFormat.of().formatHex(STAMP.toDer()))
        .isEqualTo(
            "0c"
                + Integer.toHexString(text.length()).replaceFirst("^(8|9)", "81$1")
                + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void refusesAStampItCannotRead() {
    for (byte[] broken :
        new byte[][] {
          {},
          {0x0C},
          {0x0C, 5, 'x'},
          {0x04, 1, 'x'},
          {0x0C, 1, 'x'},
          utf8("1;simulated;STRONG;1;2;" + "ab".repeat(32) + ";p"),
          utf8("2;simulated;TEE;1;2;" + "ab".repeat(32) + ";p"),
          utf8("1;simulated;TEE;x;2;" + "ab".repeat(32) + ";p"),
          utf8("1;simulated;TEE;1;" + Long.MAX_VALUE + ";" + "ab".repeat(32) + ";p"),
          utf8("1;simulated;TEE;1;2;abcd;p"),
        }) {
      assertThatThrownBy(() ->
              AttestationStamp.of(
                  mesh.chain(europe, mesh.node(key, "eu-west", "gpu-1").stamp(broken)).getFirst()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void holdsNoWordsThatCouldBeMistakenForItsParts() {
    assertThatThrownBy(() -> new AttestationStamp(STAMP.summary(), STAMP.evidenceDigest(), "a;b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] utf8(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] der = new byte[bytes.length + 2];
    der[0] = 0x0C;
    der[1] = (byte) bytes.length;
    System.arraycopy(bytes, 0, der, 2, bytes.length);
    return der;
  }
}
