package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.time.Instant;
import java.util.Map;

/**
 * What was concluded of one node's evidence, as far as a revocation may be about it.
 *
 * @param evidenceDigest names the result: hexadecimal SHA-256
 * @param facts what the evidence stated, by name
 * @param token the result as a signed EAR; empty for one kept by an older control plane
 */
public record NodeResult(
    NodeId node,
    String technology,
    String policy,
    String evidenceDigest,
    Map<String, String> facts,
    Instant expiresAt,
    String token) {
  public NodeResult {
    facts = Map.copyOf(facts);
  }
}
