package dev.hanse.attestation.ear;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No bit of a token can change: of its header, its claims, its signature and what parts them. */
class EarBitFlipPropertyTest {
  @Test
  void everyBitOfATokenCounts() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair key = generator.generateKeyPair();
    EarVerifier verifier =
        new EarVerifier(
            Ears.ISSUER, List.of(key.getPublic()), Ears.AUDIENCE, Duration.ofSeconds(30));
    byte[] token =
        Ears.token(new EarIssuer(Ears.ISSUER, key.getPrivate(), "test")).getBytes(ISO_8859_1);
    assertThat(verifier.read(new String(token, ISO_8859_1), Ears.NOW))
        .isInstanceOf(EarReading.Good.class);
    for (int bit = 0; bit < token.length * Byte.SIZE; bit++) {
      byte[] flipped = token.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);

      assertThat(verifier.read(new String(flipped, ISO_8859_1), Ears.NOW))
          .as("bit %d", bit)
          .isInstanceOf(EarReading.Bad.class);
    }
  }
}
