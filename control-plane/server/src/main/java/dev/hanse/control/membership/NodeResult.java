package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.time.Instant;
import java.util.Map;

/**
 * What was concluded of one node's evidence, as far as a revocation may be about it.
 *
 * @param policy by which it was judged last
 * @param issuedUnder the policy that the certificate names, which every peer sees
 * @param evidenceDigest names the result: hexadecimal SHA-256
 * @param facts what the evidence stated, by name
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
  public NodeResult {
    facts = Map.copyOf(facts);
  }
}
