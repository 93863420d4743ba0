package dev.hanse.attestation.ear;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.x509.TestKeys;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens as anybody may send them, and claims as only an issuer gone wrong could sign them. */
@Tag("fuzz")
class EarFuzzTest {
  private final KeyPair key;
  private final EarVerifier verifier;
  private final String token;

  EarFuzzTest() {
    key = TestKeys.ec("secp256r1");
    verifier =
        new EarVerifier(
            Ears.ISSUER, List.of(key.getPublic()), Ears.AUDIENCE, Duration.ofSeconds(30));
    token = Ears.token(new EarIssuer(Ears.ISSUER, key.getPrivate(), "test"));
  }

  @Test
  void noMutantOfATokenIsAcceptedAndNoneThrows() {
    Fuzz.mutants(
        23,
        List.of(Bytes.copyOf(token.getBytes(ISO_8859_1))),
        mutant -> isGood(new String(mutant.toArray(), ISO_8859_1)),
        mutant -> false);
  }

  @Test
  void whateverWasSignedIsReadOrRefusedAndIsOfThisMesh() {
    String[] parts = token.split("\\.", -1);
    Bytes claims = Bytes.copyOf(Base64.getUrlDecoder().decode(parts[1]));
    Fuzz.mutants(
        24,
        List.of(claims),
        mutant -> isGood(signed(parts[0] + "." + base64(mutant))),
        mutant -> {
          String text = new String(mutant.toArray(), UTF_8);
          return text.contains('"' + Ears.ISSUER + '"') && text.contains('"' + Ears.AUDIENCE + '"');
        });
  }

  @Test
  void whateverHeaderWasSignedItIsOursOrRefused() {
    String[] parts = token.split("\\.", -1);
    Bytes header = Bytes.copyOf(Base64.getUrlDecoder().decode(parts[0]));
    Fuzz.mutants(
        25,
        List.of(header),
        mutant -> isGood(signed(base64(mutant) + "." + parts[1])),
        // JSON may have blanks between its parts.
        mutant ->
            new String(mutant.toArray(), ISO_8859_1)
                .replaceAll("[ \\t\\r\\n]", "")
                .equals("{\"alg\":\"ES256\",\"typ\":\"eat+jwt\"}"));
  }

  private boolean isGood(String candidate) {
    return verifier.read(candidate, Ears.NOW) instanceof EarReading.Good;
  }

  private String signed(String content) {
    try {
      Signature signature = Signature.getInstance(EarAlgorithm.ES256.jca());
      signature.initSign(key.getPrivate());
      signature.update(content.getBytes(UTF_8));
      return content + "." + base64(Bytes.copyOf(signature.sign()));
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  private static String base64(Bytes content) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(content.toArray());
  }
}
