package dev.hanse.attestation.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is accepted here.
 *
 * @param id names the policy in results
 * @param version rises with every change; 1 or more
 * @param technologies by registered name; what is not listed is refused
 * @param rules at most one for each technology; without any, its evidence need only be genuine
 * @param composition the parts evidence may have
 * @param maxAge how old evidence may be
 * @param clockSkew how far ahead of ours an attester's clock may be
 * @param resultLife how long a result holds before fresh evidence is needed
 */
public record AppraisalPolicy(
    String id,
    long version,
    Set<String> technologies,
    List<Rules> rules,
    Composition composition,
    Duration maxAge,
    Duration clockSkew,
    Duration resultLife) {
  public AppraisalPolicy {
    technologies = Set.copyOf(technologies);
    rules = List.copyOf(rules);
    if (!id.matches("[a-z0-9._-]{1,32}")) {
      throw new IllegalArgumentException("a policy id has 1 to 32 of a-z 0-9 . _ -");
    }
    if (version < 1) {
      throw new IllegalArgumentException("policy " + id + " needs a version of 1 or more");
    }
    if (rules.stream().map(Rules::technology).distinct().count() != rules.size()) {
      throw new IllegalArgumentException("policy " + id + " has two rules for one technology");
    }
    if (!maxAge.isPositive() || clockSkew.isNegative() || !resultLife.isPositive()) {
      throw new IllegalArgumentException(
          "policy "
              + id
              + " needs positive ages, has "
              + maxAge
              + ", "
              + clockSkew
              + ", "
              + resultLife);
    }
  }

  /** Names this very policy in results: its id and version. */
  public String name() {
    return id + "-" + version;
  }

  Optional<Rules> rulesOf(String technology) {
    return rules.stream().filter(rule -> rule.technology().equals(technology)).findFirst();
  }

  /**
   * Evidence no older than two minutes, clocks within 30 s, results good for one hour.
   *
   * <p>Two minutes is twice a nonce's life: older evidence cannot hold an open nonce anyway.
   */
  public static AppraisalPolicy allowing(Set<String> technologies) {
    return new AppraisalPolicy(
        "built-in",
        1,
        technologies,
        List.of(),
        Composition.ANY,
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }
}
