package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Encoding;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.VerifiedClaims;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evidence that passed: what a relying party may act on until it expires. Only an {@link Appraiser}
 * makes one, and only of verified claims of which every check passed.
 */
public final class AttestationResult {
  /** The fact of a further part that names its technology; {@link #technology} is the first's. */
  public static final String TECHNOLOGY = "technology";

  private final String policy;
  private final Bytes reportData;
  private final List<Part> parts;
  private final List<Check> checks;
  private final Instant appraisedAt;
  private final Instant expiresAt;

  /**
   * One part of what was proved.
   *
   * @param name unique within the result: the technology of the environment, {@code gpu-0} and so
   *     on
   * @param facts what it states, by name
   */
  public record Part(
      String name,
      String technology,
      Level level,
      Bytes evidenceDigest,
      Map<String, String> facts) {
    public Part {
      facts = Map.copyOf(facts);
    }

    static Part of(String name, VerifiedClaims claims) {
      return new Part(
          name,
          claims.technology(),
          claims.level(),
          claims.evidenceDigest(),
          claims.statement().facts());
    }
  }

  AttestationResult(
      List<Part> parts,
      Bytes reportData,
      AppraisalPolicy policy,
      List<Check> checks,
      Instant appraisedAt,
      Instant expiresAt) {
    if (parts.isEmpty() || checks.isEmpty() || !checks.stream().allMatch(Check::passed)) {
      throw new IllegalStateException("a result needs every check passed, had " + checks);
    }
    this.parts = List.copyOf(parts);
    this.policy = policy.name();
    this.reportData = reportData;
    this.checks = List.copyOf(checks);
    this.appraisedAt = appraisedAt;
    this.expiresAt = expiresAt;
  }

  /** The environment first, then what stands in it. */
  public List<Part> parts() {
    return parts;
  }

  /** The environment's; others stand in {@link #parts}. */
  public String technology() {
    return parts.getFirst().technology();
  }

  /** That of the weakest part. */
  public Level level() {
    return parts.stream().map(Part::level).min(Level::compareTo).orElseThrow();
  }

  /** The id and version of the policy that was applied. */
  public String policy() {
    return policy;
  }

  /** Of the one part, or over all of them in order. */
  public Bytes evidenceDigest() {
    return digestOf(parts.stream().map(Part::evidenceDigest).toList());
  }

  static Bytes digestOf(List<Bytes> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    Encoding encoding = new Encoding("hanse/composite-evidence/v1").count(parts.size());
    parts.forEach(encoding::bytes);
    return encoding.sha256();
  }

  /** Which nonce, key and claims it is about; see {@code ReportData}. */
  public Bytes reportData() {
    return reportData;
  }

  /**
   * The facts of all parts; those of further parts behind their names and a slash, their technology
   * among them.
   */
  public Map<String, String> measurements() {
    Map<String, String> all = new LinkedHashMap<>(parts.getFirst().facts());
    for (Part part : parts.subList(1, parts.size())) {
      part.facts().forEach((name, value) -> all.put(part.name() + "/" + name, value));
      all.put(part.name() + "/" + TECHNOLOGY, part.technology());
    }
    return Map.copyOf(all);
  }

  /** All of them passed. */
  public List<Check> checks() {
    return checks;
  }

  public Instant appraisedAt() {
    return appraisedAt;
  }

  public Instant expiresAt() {
    return expiresAt;
  }
}
