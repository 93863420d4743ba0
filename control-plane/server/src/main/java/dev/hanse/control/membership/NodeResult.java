package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.time.Instant;
import java.util.Map;

/**
 * What was concluded of one node's evidence, as far as a revocation may be about it.
 *
 * @param evidenceDigest names the result: hexadecimal SHA-256
 * @param facts what the evidence stated, by name
 */
public record NodeResult(
    NodeId node,
    String technology,
    String policy,
    String evidenceDigest,
    Map<String, String> facts,
    Instant expiresAt) {
  public NodeResult {
    facts = Map.copyOf(facts);
  }
}
