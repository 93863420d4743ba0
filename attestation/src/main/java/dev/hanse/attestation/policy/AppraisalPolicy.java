package dev.hanse.attestation.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is accepted here.
 *
 * @param id names the policy in results
 * @param technologies by registered name; what is not listed is refused
 * @param rules at most one for each technology; without any, its evidence need only be genuine
 * @param maxAge how old evidence may be
 * @param clockSkew how far ahead of ours an attester's clock may be
 * @param resultLife how long a result holds before fresh evidence is needed
 */
public record AppraisalPolicy(
    String id,
    Set<String> technologies,
    List<Rules> rules,
    Duration maxAge,
    Duration clockSkew,
    Duration resultLife) {
  public AppraisalPolicy {
    technologies = Set.copyOf(technologies);
    rules = List.copyOf(rules);
    if (id.isBlank() || id.length() > 64) {
      throw new IllegalArgumentException("a policy id has 1 to 64 characters");
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
        "built-in-1",
        technologies,
        List.of(),
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }
}
