package dev.hanse.attestation.ear;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.FakeRules;
import dev.hanse.attestation.policy.FakeVerifier;
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
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EarTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes REPORT_DATA = Bytes.ofHex("5a".repeat(64));
  private static final Bytes KEY_DIGEST = Bytes.ofHex("17".repeat(32));
  private static final String ISSUER = "spiffe://hanse.internal/region/eu/control";
  private static final String SUBJECT = "spiffe://hanse.internal/region/eu/provider/p/node/n";
  private static final String AUDIENCE = "hanse.internal";
  private static final KeyPair KEY = ec("secp256r1");

  private final EarIssuer issuer = new EarIssuer(ISSUER, KEY.getPrivate(), "test");
  private final EarVerifier verifier = trusting(KEY);

  @Test
  void saysWhatTheResultSaid() {
    AttestationResult result = result();

    Ear ear = good(verifier.read(token(issuer), NOW));

    assertThat(ear.issuer()).isEqualTo(ISSUER);
    assertThat(ear.subject()).isEqualTo(SUBJECT);
    assertThat(ear.keyDigest()).isEqualTo(KEY_DIGEST);
    assertThat(ear.reportData()).isEqualTo(REPORT_DATA);
    assertThat(ear.policy()).isEqualTo("test-7");
    assertThat(ear.issuedAt()).isEqualTo(NOW);
    assertThat(ear.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
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

    assertThat(trusting(key).read(token(new EarIssuer(ISSUER, key.getPrivate(), "test")), NOW))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void isNotSignedWithAKeyOfAnotherKind() {
    assertThatThrownBy(() -> new EarIssuer(ISSUER, ec("secp521r1").getPrivate(), "test"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesAnyOfAnIssuersKeysWhileItChangesOver() {
    KeyPair next = ec("secp384r1");
    EarVerifier both =
        new EarVerifier(
            ISSUER, List.of(next.getPublic(), KEY.getPublic()), AUDIENCE, Duration.ZERO);

    assertThat(both.read(token(issuer), NOW)).isInstanceOf(EarReading.Good.class);
    assertThat(both.read(token(new EarIssuer(ISSUER, next.getPrivate(), "test")), NOW))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void refusesAStrangersSignature() {
    assertThat(code(trusting(ec("secp256r1")).read(token(issuer), NOW)))
        .isEqualTo("token-signature");
  }

  @Test
  void refusesAnotherIssuerWithATrustedKey() {
    EarIssuer other = new EarIssuer(ISSUER + "x", KEY.getPrivate(), "test");

    assertThat(code(verifier.read(token(other), NOW))).isEqualTo("token-issuer");
  }

  @Test
  void refusesATokenForAnotherMesh() {
    String token = issuer.sign(result(), SUBJECT, KEY_DIGEST, "other.internal");

    assertThat(code(verifier.read(token, NOW))).isEqualTo("token-audience");
  }

  @Test
  void endsToTheSecond() {
    Instant end = NOW.plus(Duration.ofHours(1));

    assertThat(code(verifier.read(token(issuer), end))).isEqualTo("token-expired");
    assertThat(verifier.read(token(issuer), end.minusMillis(1)))
        .isInstanceOf(EarReading.Good.class);
  }

  @Test
  void refusesOneOfTheFutureBeyondTheSkew() {
    assertThat(verifier.read(token(issuer), NOW.minusSeconds(30)))
        .isInstanceOf(EarReading.Good.class);
    assertThat(code(verifier.read(token(issuer), NOW.minusSeconds(31)))).isEqualTo("token-early");
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
    String claims = token(issuer).split("\\.", -1)[1];

    assertThat(code(verifier.read(sign(base64(header) + "." + claims, KEY.getPrivate()), NOW)))
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
    String[] parts = token(issuer).split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    String without = claims.replace('"' + claim + '"', "\"x\"");

    assertThat(without).isNotEqualTo(claims);
    assertThat(verifier.read(sign(parts[0] + "." + base64(without), KEY.getPrivate()), NOW))
        .isInstanceOf(EarReading.Bad.class);
  }

  @Test
  void refusesEveryChangedCharacter() {
    String token = token(issuer);
    for (int at = 0; at < token.length(); at++) {
      char changed = token.charAt(at) == 'A' ? 'B' : 'A';

      assertThat(verifier.read(token.substring(0, at) + changed + token.substring(at + 1), NOW))
          .as("character %d", at)
          .isInstanceOf(EarReading.Bad.class);
    }
  }

  @Test
  void refusesWhatIsNoToken() {
    String token = token(issuer);

    assertThat(code(verifier.read("", NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read(token + ".x", NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read(token + "=", NOW))).isEqualTo("token-malformed");
    assertThat(code(verifier.read("x".repeat(EarVerifier.LIMIT_CHARS + 1), NOW)))
        .isEqualTo("token-malformed");
    assertThat(code(verifier.read(token.substring(0, token.lastIndexOf('.') + 1), NOW)))
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
    assertThat(TrustTier.vector(Level.TPM, List.of("pcr-digest"))).containsEntry("executables", 2);
  }

  @Test
  void trustsOneToEightKeysOfTheKindsItKnows() {
    assertThat(trusting(Collections.nCopies(8, KEY.getPublic())).read(token(issuer), NOW))
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

    assertThat(trusting(List.of(other.getPublic(), KEY.getPublic())).read(token(issuer), NOW))
        .isInstanceOf(EarReading.Good.class);
    assertThat(code(trusting(List.of(other.getPublic())).read(token(issuer), NOW)))
        .isEqualTo("token-algorithm");
  }

  @Test
  void namesTheAlgorithmThatNobodySignsWithAndNoMoreOfItThanNeeded() throws Exception {
    String claims = token(issuer).split("\\.", -1)[1];
    String header = base64("{\"alg\":\"" + "X".repeat(40) + "\",\"typ\":\"eat+jwt\"}");

    EarReading reading = verifier.read(sign(header + "." + claims, KEY.getPrivate()), NOW);

    assertThat(((EarReading.Bad) reading).message())
        .contains("\"" + "X".repeat(20) + "\"")
        .doesNotContain("X".repeat(21));
  }

  @Test
  void writesTheClaimsOfTheProfile() throws Exception {
    String[] parts = token(issuer).split("\\.", -1);
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
    return new EarVerifier(ISSUER, keys, AUDIENCE, Duration.ofSeconds(30));
  }

  private static String token(EarIssuer issuer) {
    return issuer.sign(result(), SUBJECT, KEY_DIGEST, AUDIENCE);
  }

  private static EarVerifier trusting(KeyPair key) {
    return new EarVerifier(ISSUER, List.of(key.getPublic()), AUDIENCE, Duration.ofSeconds(30));
  }

  private static AttestationResult result() {
    Appraiser appraiser =
        new Appraiser(
            List.of(
                new FakeVerifier(
                    "cpu", Level.TPM, REPORT_DATA, NOW, Instant.MAX, Map.of("svn", "3")),
                new FakeVerifier(
                    "nvidia-gpu",
                    Level.TEE,
                    REPORT_DATA,
                    NOW,
                    Instant.MAX,
                    Map.of("driver", "570"))),
            new AppraisalPolicy(
                "test",
                7,
                Set.of("cpu", "nvidia-gpu"),
                List.of(new FakeRules("cpu", true), new FakeRules("nvidia-gpu", true)),
                Composition.ANY,
                Duration.ofMinutes(2),
                Duration.ZERO,
                Duration.ofHours(1)));
    Appraisal appraisal =
        appraiser.appraise(
            List.of(
                new Evidence("cpu", Bytes.ofHex("01")),
                new Evidence("nvidia-gpu", Bytes.ofHex("02"))),
            REPORT_DATA,
            NOW);
    return ((Appraisal.Accepted) appraisal).result();
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
