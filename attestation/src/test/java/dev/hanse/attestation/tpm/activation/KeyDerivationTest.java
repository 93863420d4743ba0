package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Held against Python's hmac and hashlib, over inputs written out by the specification. */
class KeyDerivationTest {
  private static final byte[] KEY =
      Bytes.ofHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").toArray();
  private static final byte[] NAME = Bytes.ofHex("000b" + "07".repeat(32)).toArray();

  @Test
  void derivesKeysFromASeedAsTheSpecificationHasIt() {
    assertThat(hex(KeyDerivation.kdfa(TpmHash.SHA256, KEY, "STORAGE", NAME, 128)))
        .isEqualTo("e62395b6e61888fd7e515ea0c4a18ba6");
    assertThat(hex(KeyDerivation.kdfa(TpmHash.SHA256, KEY, "INTEGRITY", new byte[0], 256)))
        .isEqualTo("bacf689f634ece301e1f1b15b072d9c87db6a69585db42b1a0cb8f73ebe2692e");
    assertThat(hex(KeyDerivation.kdfa(TpmHash.SHA384, KEY, "STORAGE", NAME, 256)))
        .isEqualTo("f78d60512b3c7701e841f0ba700a9306a71cb45f745044b11f42b691bdce6081");
  }

  @Test
  void derivesSeedsFromAnAgreementAsTheSpecificationHasIt() {
    assertThat(hex(kdfe(256)))
        .isEqualTo("2073a3306eedcfb178183d8a721f949bba9c3d4501b6c2839487bbdd3b973070");
    assertThat(hex(kdfe(128))).isEqualTo("2073a3306eedcfb178183d8a721f949b");
  }

  @Test
  void derivesNoMoreThanOneDigest() {
    assertThatThrownBy(() -> KeyDerivation.kdfa(TpmHash.SHA256, KEY, "STORAGE", NAME, 264))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("264 bits are more than one block of SHA256");
    assertThatThrownBy(() -> kdfe(264)).isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] kdfe(int bits) {
    return KeyDerivation.kdfe(TpmHash.SHA256, filled(1), "IDENTITY", filled(2), filled(3), bits);
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return Bytes.copyOf(bytes).hex();
  }
}
