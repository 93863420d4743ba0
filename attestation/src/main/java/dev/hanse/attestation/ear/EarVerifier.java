package dev.hanse.attestation.ear;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads tokens offline: issuer, keys and audience are given here, and nothing in a token's header
 * can change them. Any thread.
 */
public final class EarVerifier {
  /** A machine with sixteen GPUs states about 20 KiB. */
  public static final int LIMIT_CHARS = 64 * 1024;

  private static final Set<String> HEADER = Set.of("alg", "typ");
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxStringLength(8 * 1024)
                          .maxDocumentLength(LIMIT_CHARS)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String issuer;
  private final List<PublicKey> keys;
  private final String audience;
  private final Duration skew;

  /**
   * Trusts one issuer.
   *
   * @param issuer its SPIFFE id
   * @param keys the keys it may have signed with: two while it changes over; at most 8
   * @param audience the mesh's trust domain
   * @param skew how far clocks may differ
   */
  public EarVerifier(String issuer, List<PublicKey> keys, String audience, Duration skew) {
    if (keys.isEmpty() || keys.size() > 8) {
      throw new IllegalArgumentException("an issuer has 1 to 8 keys, has " + keys.size());
    }
    keys.forEach(EarAlgorithm::of);
    this.issuer = issuer;
    this.keys = List.copyOf(keys);
    this.audience = audience;
    this.skew = skew;
  }

  /** Reads a token at a time; never throws. */
  public EarReading read(String token, Instant at) {
    if (token.length() > LIMIT_CHARS) {
      return bad("token-malformed", "a token of " + token.length() + " characters is too long");
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return bad("token-malformed", "a token has three parts, this one " + parts.length);
    }
    try {
      JsonNode header = JSON.readTree(decode(parts[0]));
      if (!isHeader(header)) {
        return bad("token-malformed", "the header holds alg and typ eat+jwt and nothing else");
      }
      String algorithm = header.path("alg").asText();
      if (keys.stream().noneMatch(key -> EarAlgorithm.of(key).jose().equals(algorithm))) {
        return bad("token-algorithm", "no trusted key signs with \"" + shortened(algorithm) + "\"");
      }
      if (!isSigned(parts, algorithm)) {
        return bad("token-signature", "no trusted key signed it");
      }
      return judge(JSON.readTree(decode(parts[1])), at);
    } catch (IOException | RuntimeException broken) {
      return bad("token-malformed", "the token cannot be read");
    }
  }

  private EarReading judge(JsonNode claims, Instant at) {
    if (!claims.path("eat_profile").asText().equals(Ear.PROFILE)) {
      return bad("token-malformed", "eat_profile is not " + Ear.PROFILE);
    }
    if (!claims.path("iss").asText().equals(issuer)) {
      return bad("token-issuer", "it was not issued by " + issuer);
    }
    if (!claims.path("aud").asText().equals(audience)) {
      return bad("token-audience", "it is not for " + audience);
    }
    Ear ear = ear(claims);
    if (!at.isBefore(ear.expiresAt())) {
      return bad("token-expired", "it expired at " + ear.expiresAt());
    }
    if (at.plus(skew).isBefore(ear.issuedAt())) {
      return bad("token-early", "it is of " + ear.issuedAt() + "; check the clocks");
    }
    return new EarReading.Good(ear);
  }

  private static Ear ear(JsonNode claims) {
    List<Ear.Part> parts = new ArrayList<>();
    List<String> checks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> submod : required(claims, "submods").properties()) {
      JsonNode stated = submod.getValue();
      Map<String, String> facts = new HashMap<>();
      for (Map.Entry<String, JsonNode> fact : required(stated, "hanse.facts").properties()) {
        facts.put(fact.getKey(), fact.getValue().textValue());
      }
      String prefix = parts.isEmpty() ? "" : submod.getKey() + "/";
      required(stated, "hanse.checks").forEach(check -> checks.add(prefix + check.textValue()));
      parts.add(
          new Ear.Part(
              submod.getKey(),
              text(stated, "hanse.technology"),
              Level.valueOf(text(stated, "hanse.level")),
              Bytes.ofHex(text(stated, "hanse.evidence-digest")),
              facts));
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a token has at least one submodule");
    }
    Iterator<JsonNode> first = required(claims, "submods").elements();
    return new Ear(
        text(claims, "iss"),
        text(claims, "sub"),
        Bytes.ofHex(text(required(claims, "cnf"), "hanse.spki-sha256")),
        Bytes.copyOf(decode(text(claims, "eat_nonce"))),
        text(first.next(), "ear.appraisal-policy-id"),
        seconds(claims, "iat"),
        seconds(claims, "exp"),
        parts,
        checks);
  }

  private static boolean isHeader(JsonNode header) {
    boolean known = header.isObject() && header.size() == HEADER.size();
    return known
        && HEADER.stream().allMatch(header::has)
        && header.path("typ").asText().equals("eat+jwt");
  }

  private boolean isSigned(String[] parts, String algorithm) {
    byte[] content = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    byte[] signature = decode(parts[2]);
    return keys.stream()
        .filter(key -> EarAlgorithm.of(key).jose().equals(algorithm))
        .anyMatch(key -> isSignedBy(key, content, signature));
  }

  private static boolean isSignedBy(PublicKey key, byte[] content, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(EarAlgorithm.of(key).jca());
      verifier.initVerify(key);
      verifier.update(content);
      return verifier.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  /** Base64url in its one form: otherwise two tokens could say the same. */
  private static byte[] decode(String base64) {
    byte[] decoded = Base64.getUrlDecoder().decode(base64);
    if (!Base64.getUrlEncoder().withoutPadding().encodeToString(decoded).equals(base64)) {
      throw new IllegalArgumentException("base64url is not canonical");
    }
    return decoded;
  }

  private static JsonNode required(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || !value.isContainerNode()) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value;
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value.textValue();
  }

  private static Instant seconds(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return Instant.ofEpochSecond(value.longValue());
  }

  private static String shortened(String word) {
    return word.length() > 20 ? word.substring(0, 20) : word;
  }

  private static EarReading bad(String code, String message) {
    return new EarReading.Bad(code, message);
  }
}
