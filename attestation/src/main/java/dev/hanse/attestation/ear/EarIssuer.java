package dev.hanse.attestation.ear;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Check;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Signs attestation results. It takes results and nothing else, and results come from an appraiser
 * only: a token about evidence that was not verified cannot be made. Any thread.
 */
public final class EarIssuer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final String issuer;
  private final PrivateKey key;
  private final EarAlgorithm algorithm;
  private final String build;

  /**
   * Signs as a control plane.
   *
   * @param issuer its SPIFFE id
   * @param key EC on P-256 or P-384, or Ed25519
   * @param build names the software that appraised
   * @throws IllegalArgumentException if the key is of another kind
   */
  public EarIssuer(String issuer, PrivateKey key, String build) {
    this.issuer = issuer;
    this.key = key;
    this.algorithm = EarAlgorithm.of(key);
    this.build = build;
  }

  /**
   * Signs one result.
   *
   * @param subject the SPIFFE id of the node
   * @param keyDigest SHA-256 of the SubjectPublicKeyInfo it proved
   * @param audience who is to take it: the mesh's trust domain
   */
  public String sign(AttestationResult result, String subject, Bytes keyDigest, String audience) {
    ObjectNode header = JSON.createObjectNode();
    header.put("alg", algorithm.jose()).put("typ", "eat+jwt");
    ObjectNode claims = JSON.createObjectNode();
    claims.put("eat_profile", Ear.PROFILE);
    claims.put("iss", issuer).put("sub", subject).put("aud", audience);
    claims.put("iat", result.appraisedAt().getEpochSecond());
    claims.put("exp", result.expiresAt().getEpochSecond());
    claims.put("eat_nonce", BASE64.encodeToString(result.reportData().toArray()));
    claims.putObject("ear.verifier-id").put("developer", "hanse").put("build", build);
    claims.putObject("cnf").put("hanse.spki-sha256", keyDigest.hex());
    ObjectNode submods = claims.putObject("submods");
    result.parts().forEach(part -> put(submods.putObject(part.name()), part, result));
    return signed(encode(header) + "." + encode(claims));
  }

  private static void put(
      ObjectNode submod, AttestationResult.Part part, AttestationResult result) {
    List<String> checks = checksOf(part, result);
    submod.put("ear.status", TrustTier.of(part.level()).word());
    ObjectNode vector = submod.putObject("ear.trustworthiness-vector");
    TrustTier.vector(part.level(), checks).forEach(vector::put);
    submod.put("ear.appraisal-policy-id", result.policy());
    submod.put("hanse.technology", part.technology());
    submod.put("hanse.level", part.level().name());
    submod.put("hanse.evidence-digest", part.evidenceDigest().hex());
    checks.forEach(submod.putArray("hanse.checks")::add);
    ObjectNode facts = submod.putObject("hanse.facts");
    new TreeMap<>(part.facts()).forEach(facts::put);
  }

  /** The checks of further parts stand behind their names; what is left is the first one's. */
  private static List<String> checksOf(AttestationResult.Part part, AttestationResult result) {
    List<AttestationResult.Part> further = result.parts().subList(1, result.parts().size());
    if (further.contains(part)) {
      String prefix = prefixOf(part);
      return names(result)
          .filter(name -> name.startsWith(prefix))
          .map(name -> name.substring(prefix.length()))
          .toList();
    }
    return names(result)
        .filter(name -> further.stream().noneMatch(other -> name.startsWith(prefixOf(other))))
        .toList();
  }

  private static Stream<String> names(AttestationResult result) {
    return result.checks().stream().map(Check::name);
  }

  private static String prefixOf(AttestationResult.Part part) {
    return part.name() + "/";
  }

  private String signed(String content) {
    try {
      Signature signature = Signature.getInstance(algorithm.jca());
      signature.initSign(key);
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("the result key cannot sign", broken);
    }
  }

  private static String encode(ObjectNode node) {
    try {
      return BASE64.encodeToString(JSON.writeValueAsBytes(node));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree of texts and numbers has a form", impossible);
    }
  }
}
