package dev.hanse.attestation.ear;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.Rules;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EarTest {
  private static final KeyPair KEY = ec("secp256r1");

  private final EarIssuer issuer = new EarIssuer(Ears.ISSUER, KEY.getPrivate(), "test");
  private final EarVerifier verifier = trusting(KEY);

  @Test
  void saysWhatTheResultSaid() {
    AttestationResult result = Ears.result();

    Ear ear = good(verifier.read(Ears.token(issuer), Ears.NOW));

    assertThat(ear.issuer()).isEqualTo(Ears.ISSUER);
    assertThat(ear.subject()).isEqualTo(Ears.SUBJECT);
    assertThat(ear.keyDigest()).isEqualTo(Ears.KEY_DIGEST);
    assertThat(ear.reportData()).isEqualTo(Ears.REPORT_DATA);
    assertThat(ear.policy()).isEqualTo("test-7");
    assertThat(ear.issuedAt()).isEqualTo(Ears.NOW);
    assertThat(ear.expiresAt()).isEqualTo(Ears.NOW.plus(Duration.ofHours(1)));
    assertThat(ear.level()).isEqualTo(Level.TPM);
    assertThat(ear.checks())
        .containsExactlyInAnyOrderElementsOf(result.checks().stream().map(Check::name).toList());
    assertThat(ear.parts())
        .extracting(Ear.Part::name, Ear.Part::technology, Ear.Part::facts)
        .containsExactly(
            Tuple.tuple("cpu", "cpu", Map.of("svn", "3")),
            Tuple.tuple("gpu-0", "nvidia-gpu", Map.of("driver", "570")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "Ed25519"})
  void isSignedWithEveryKindOfKeyTheMeshUses(String kind) {
    KeyPair key = kind.equals("Ed25519") ? ed25519() : ec(kind);

    assertThat(
            trusting(key)
                .read(Ears.token(new EarIssuer(Ears.ISSUER, key.getPrivate(), "test")), Ears.NOW))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void isNotSignedWithAKeyOfAnotherKind() {
    assertThatThrownBy(() -> new EarIssuer(Ears.ISSUER, ec("secp521r1").getPrivate(), "test"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesAnyOfAnIssuersKeysWhileItChangesOver() {
    KeyPair next = ec("secp384r1");
    EarVerifier both =
        new EarVerifier(
            Ears.ISSUER, List.of(next.getPublic(), KEY.getPublic()), Ears.AUDIENCE, Duration.ZERO);

    assertThat(both.read(Ears.token(issuer), Ears.NOW)).isInstanceOf(EarReading.Good.class);
    assertThat(
            both.read(Ears.token(new EarIssuer(Ears.ISSUER, next.getPrivate(), "test")), Ears.NOW))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void refusesAStrangersSignature() {
    assertThat(code(trusting(ec("secp256r1")).read(Ears.token(issuer), Ears.NOW)))
        .isEqualTo("token-signature");
  }

  @Test
  void refusesAnotherIssuerWithATrustedKey() {
    EarIssuer other = new EarIssuer(Ears.ISSUER + "x", KEY.getPrivate(), "test");

    assertThat(code(verifier.read(Ears.token(other), Ears.NOW))).isEqualTo("token-issuer");
  }

  @Test
  void refusesATokenForAnotherMesh() {
    String token = issuer.sign(Ears.result(), Ears.SUBJECT, Ears.KEY_DIGEST, "other.internal");

    assertThat(code(verifier.read(token, Ears.NOW))).isEqualTo("token-audience");
  }

  @Test
  void endsToTheSecond() {
    Instant end = Ears.NOW.plus(Duration.ofHours(1));

    assertThat(code(verifier.read(Ears.token(issuer), end))).isEqualTo("token-expired");
    assertThat(verifier.read(Ears.token(issuer), end.minusMillis(1)))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void refusesOneOfTheFutureBeyondTheSkew() {
    assertThat(verifier.read(Ears.token(issuer), Ears.NOW.minusSeconds(30)))
        .isInstanceOf(EarReading.Good.class);
    assertThat(code(verifier.read(Ears.token(issuer), Ears.NOW.minusSeconds(31))))
        .isEqualTo("token-early");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"alg\":\"none\",\"typ\":\"eat+jwt\"}|token-algorithm",
        "{\"alg\":\"HS256\",\"typ\":\"eat+jwt\"}|token-algorithm",
        "{\"alg\":\"ES384\",\"typ\":\"eat+jwt\"}|token-algorithm",
        "{\"alg\":\"ES256\",\"typ\":\"JWT\"}|token-malformed",
        "{\"alg\":\"ES256\"}|token-malformed",
        "{\"alg\":\"ES256\",\"typ\":\"eat+jwt\",\"jwk\":{}}|token-malformed",
        "{\"alg\":\"ES256\",\"typ\":\"eat+jwt\",\"jku\":\"https://x\"}|token-malformed",
        "{\"alg\":\"ES256\",\"typ\":\"eat+jwt\",\"x5u\":\"https://x\"}|token-malformed",
        "{\"alg\":\"ES256\",\"alg\":\"ES256\",\"typ\":\"eat+jwt\"}|token-malformed",
        "{\"alg\":\"ES256\",\"typ\":\"eat+jwt\"}{}|token-malformed",
        "[]|token-malformed",
      })
  void refusesAHeaderThatIsNotOurs(String header, String code) throws Exception {
    String claims = Ears.token(issuer).split("\\.", -1)[1];

    assertThat(code(verifier.read(sign(base64(header) + "." + claims, KEY.getPrivate()), Ears.NOW)))
        .isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iss",
        "sub",
        "aud",
        "iat",
        "exp",
        "eat_nonce",
        "eat_profile",
        "cnf",
        "submods",
        "hanse.technology",
        "hanse.level",
        "hanse.checks",
        "hanse.facts",
        "hanse.evidence-digest",
        "ear.appraisal-policy-id",
        "hanse.spki-sha256"
      })
  void refusesClaimsThatLackAny(String claim) throws Exception {
    String[] parts = Ears.token(issuer).split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    String without = claims.replace('"' + claim + '"', "\"x\"");

    assertThat(without).isNotEqualTo(claims);
    assertThat(verifier.read(sign(parts[0] + "." + base64(without), KEY.getPrivate()), Ears.NOW))
        .isInstanceOf(EarReading.Bad.class);
  }

  @Test
  void refusesEveryChangedCharacter() {
    String token = Ears.token(issuer);
    for (int at = 0; at < token.length(); at++) {
      char changed = token.charAt(at) == 'A' ? 'B' : 'A';

      assertThat(
              verifier.read(token.substring(0, at) + changed + token.substring(at + 1), Ears.NOW))
          .as("character %d", at)
          .isInstanceOf(EarReading.Bad.class);
    }
  }

  @Test
  void refusesWhatIsNoToken() {
    String token = Ears.token(issuer);

    assertThat(code(verifier.read("", Ears.NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read(token + ".x", Ears.NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read(token + "=", Ears.NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read("x".repeat(EarVerifier.LIMIT_CHARS + 1), Ears.NOW)))
        .isEqualTo("token-malformed");
    assertThat(code(verifier.read(token.substring(0, token.lastIndexOf('.') + 1), Ears.NOW)))
        .isEqualTo("token-signature");
  }

  @Test
  void affirmsNothingOfASimulatedPart() {
    Map<String, Integer> vector =
        TrustTier.vector(Level.SIMULATED, List.of("debug", "measurement"));

    assertThat(vector)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("instance-identity", 32, "configuration", 0, "executables", 0, "hardware", 0));
    assertThat(TrustTier.of(Level.SIMULATED).word()).isEqualTo("warning");
  }

  @Test
  void affirmsWhatWasCheckedOfARealPartAndNoMore() {
    assertThat(TrustTier.vector(Level.TEE, List.of("debug", "measurement")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("instance-identity", 2, "configuration", 2, "executables", 2, "hardware", 2));
    assertThat(TrustTier.vector(Level.TPM, List.of("signature")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("instance-identity", 2, "configuration", 0, "executables", 0, "hardware", 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "measurement",
        "measurement-15",
        "mrtd",
        "rtmr0",
        "rtmr3",
        "pcr-4",
        "pcr0",
        "tee/measurement",
        "tee/mrtd",
        "vtpm/pcr-11"
      })
  void affirmsExecutablesWhereAMeasurementWasCompared(String check) {
    assertThat(TrustTier.vector(Level.TEE, List.of("signature", check)))
        .containsEntry("executables", 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pcr-bank",
        "pcr-quoted",
        "vtpm/pcr-bank",
        "mrseam",
        "distrusted-mrtd",
        "mrconfigid",
        "rim-driver",
        "event-log",
        "gpu-0/measurement",
        "measurements"
      })
  void affirmsNoExecutablesByChecksThatCompareNone(String check) {
    assertThat(TrustTier.vector(Level.TEE, List.of("signature", check)))
        .containsEntry("executables", 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"debug", "guest-policy-without-debug", "tee/debug"})
  void affirmsAConfigurationWhereDebuggingWasAskedAbout(String check) {
    assertThat(TrustTier.vector(Level.TEE, List.of(check))).containsEntry("configuration", 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"guest-policy-without-smt", "gpu-0/debug", "vmpl"})
  void affirmsNoConfigurationByOtherChecks(String check) {
    assertThat(TrustTier.vector(Level.TEE, List.of(check))).containsEntry("configuration", 0);
  }

  /** Azure's checks have names of two parts, which are no names of further parts. */
  @Test
  void namesTheFirstPartsOwnChecksHoweverTheyAreCalled() throws Exception {
    AttestationResult azure =
        Ears.result(
            new Rules() {
              @Override
              public String technology() {
                return "cpu";
              }

              @Override
              public void judge(VerifiedClaims claims, Instant at, Checks checks) {
                checks.check("vtpm/pcr-11", true, Reason.MEASUREMENT, "");
              }
            });

    String[] token =
        issuer.sign(azure, Ears.SUBJECT, Ears.KEY_DIGEST, Ears.AUDIENCE).split("\\.", -1);

    JsonNode submods =
        new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token[1])).path("submods");
    assertThat(submods.path("cpu").path("hanse.checks"))
        .extracting(JsonNode::asText)
        .contains("vtpm/pcr-11", "composition")
        .noneMatch(name -> name.startsWith("gpu-0/"));
    assertThat(submods.path("cpu").path("ear.trustworthiness-vector").path("executables").asInt())
        .isEqualTo(2);
    assertThat(submods.path("gpu-0").path("hanse.checks"))
        .extracting(JsonNode::asText)
        .doesNotContain("vtpm/pcr-11");
  }

  @Test
  void trustsOneToEightKeysOfTheKindsItKnows() {
    assertThat(trusting(Collections.nCopies(8, KEY.getPublic())).read(Ears.token(issuer), Ears.NOW))
        .isInstanceOf(EarReading.Good.class);
    assertThatThrownBy(() -> trusting(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> trusting(Collections.nCopies(9, KEY.getPublic())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> trusting(List.of(ec("secp521r1").getPublic())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsATokenWithOnlyThoseKeysThatSignLikeIt() {
    KeyPair other = ed25519();

    assertThat(
            trusting(List.of(other.getPublic(), KEY.getPublic()))
                .read(Ears.token(issuer), Ears.NOW))
        .isInstanceOf(EarReading.Good.class);
    assertThat(code(trusting(List.of(other.getPublic())).read(Ears.token(issuer), Ears.NOW)))
        .isEqualTo("token-algorithm");
  }

  @Test
  void namesTheAlgorithmThatNobodySignsWithAndNoMoreOfItThanNeeded() throws Exception {
    String claims = Ears.token(issuer).split("\\.", -1)[1];
    String header = base64("{\"alg\":\"" + "X".repeat(40) + "\",\"typ\":\"eat+jwt\"}");

    EarReading reading = verifier.read(sign(header + "." + claims, KEY.getPrivate()), Ears.NOW);

    assertThat(((EarReading.Bad) reading).message())
        .contains("\"" + "X".repeat(20) + "\"")
        .doesNotContain("X".repeat(21));
  }

  @Test
  void writesTheClaimsOfTheProfile() throws Exception {
    String[] parts = Ears.token(issuer).split("\\.", -1);
    JsonNode header = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[0]));
    JsonNode claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]));

    assertThat(header.path("alg").asText()).isEqualTo("ES256");
    assertThat(claims.path("submods").path("cpu").path("ear.status").asText())
        .isEqualTo("affirming");
    assertThat(
            claims
                .path("submods")
                .path("cpu")
                .path("ear.trustworthiness-vector")
                .path("configuration")
                .asInt())
        .isEqualTo(2);
    assertThat(claims.path("submods").path("gpu-0").path("hanse.checks"))
        .extracting(JsonNode::asText)
        .contains("debug", "report-data")
        .doesNotContain("composition");
  }

  private static EarVerifier trusting(List<PublicKey> keys) {
    return new EarVerifier(Ears.ISSUER, keys, Ears.AUDIENCE, Duration.ofSeconds(30));
  }

  private static EarVerifier trusting(KeyPair key) {
    return new EarVerifier(
        Ears.ISSUER, List.of(key.getPublic()), Ears.AUDIENCE, Duration.ofSeconds(30));
  }

  private static Ear good(EarReading reading) {
    assertThat(reading).isInstanceOf(EarReading.Good.class);
    return ((EarReading.Good) reading).ear();
  }

  private static String code(EarReading reading) {
    assertThat(reading).isInstanceOf(EarReading.Bad.class);
    return ((EarReading.Bad) reading).code();
  }

  private static String sign(String content, PrivateKey key) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(key);
    signature.update(content.getBytes(UTF_8));
    return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  private static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }

  private static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }
}
