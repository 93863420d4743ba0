package dev.hanse.attestation;

import java.util.Map;

/**
 * What evidence states, parsed, in its technology's own type. Immutable; believed only inside
 * {@link VerifiedClaims}.
 */
public interface Statement {
  /**
   * What a reader of results is told, by name: measurements, versions, identities; hex or plain.
   */
  Map<String, String> facts();

  /** A statement of nothing but facts. */
  static Statement of(Map<String, String> facts) {
    Map<String, String> copy = Map.copyOf(facts);
    return () -> copy;
  }
}
