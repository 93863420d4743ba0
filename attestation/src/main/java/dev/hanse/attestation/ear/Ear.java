package dev.hanse.attestation.ear;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Level;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An attestation result as a token states it, its signature checked.
 *
 * @param issuer the SPIFFE id of the control plane that appraised
 * @param subject the SPIFFE id of the node it is about
 * @param keyDigest SHA-256 of the SubjectPublicKeyInfo the node proved
 * @param reportData what the evidence had to sign; the token's {@code eat_nonce}
 * @param policy id and version of what was applied
 * @param parts the environment first
 * @param checks every check made, all passed
 */
public record Ear(
    String issuer,
    String subject,
    Bytes keyDigest,
    Bytes reportData,
    String policy,
    Instant issuedAt,
    Instant expiresAt,
    List<Part> parts,
    List<String> checks) {
  /** The profile's name, in every token. */
  public static final String PROFILE = "tag:ietf.org,2026:rats/ear#04";

  public Ear {
    parts = List.copyOf(parts);
    checks = List.copyOf(checks);
  }

  /** What the weakest part is worth. */
  public Level level() {
    return parts.stream().map(Part::level).min(Level::compareTo).orElseThrow();
  }

  /** One submodule of the token. */
  public record Part(
      String name,
      String technology,
      Level level,
      Bytes evidenceDigest,
      Map<String, String> facts) {
    public Part {
      facts = Map.copyOf(facts);
    }
  }
}
