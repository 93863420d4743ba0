package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import dev.hanse.attestation.policy.AttestationResult;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was concluded of one node's evidence, as far as a revocation may be about it.
 *
 * @param technology the environment's, which the certificate names
 * @param policy by which it was judged last
 * @param issuedUnder the policy that the certificate names, which every peer sees
 * @param evidenceDigest names the result: hexadecimal SHA-256
 * @param facts what the evidence stated, by name; of further parts behind their names and a slash
 * @param expiresAt when the result ends
 * @param certifiedUntil when the certificate does: later than the result where another policy has
 *     shortened that since
 * @param token the result as a signed EAR; empty for one kept by an older control plane, or known
 *     from its certificate alone
 */
public record NodeResult(
    NodeId node,
    String technology,
    String policy,
    String issuedUnder,
    String evidenceDigest,
    Map<String, String> facts,
    Instant expiresAt,
    Instant certifiedUntil,
    String token) {
  /** A fact of a further part, behind its name; the environment's own is {@link #technology}. */
  private static final String TECHNOLOGY_OF_PART = "/" + AttestationResult.TECHNOLOGY;

  public NodeResult {
    facts = Map.copyOf(facts);
  }

  /** Those of its further parts, such as GPUs: no certificate names them. */
  Set<String> partTechnologies() {
    return facts.entrySet().stream()
        .filter(fact -> fact.getKey().endsWith(TECHNOLOGY_OF_PART))
        .map(Map.Entry::getValue)
        .collect(Collectors.toSet());
  }
}
