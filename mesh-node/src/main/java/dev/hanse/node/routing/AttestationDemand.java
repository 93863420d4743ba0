package dev.hanse.node.routing;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a request's node must have proved, and by what.
 *
 * @param least the least level; empty: anything
 * @param technologies of its environment, by registered name; empty: any of them. A set that is
 *     there and has no element is met by nobody: two parties allow nothing in common
 */
public record AttestationDemand(
    Optional<AttestationLevel> least, Optional<Set<String>> technologies) {
  /** Asks for nothing. */
  public static final AttestationDemand NONE =
      new AttestationDemand(Optional.empty(), Optional.empty());

  /** What an environment's evidence may be of; a GPU's stands beside it and is not asked for. */
  public static final Set<String> TECHNOLOGIES =
      Set.of(
          "sev-snp",
          "intel-tdx",
          "aws-nitro",
          "azure-snp-vtpm",
          "azure-tdx-vtpm",
          "tpm2",
          "simulated");

  private static final int MOST_SHOWN_CHARS = 32;

  public AttestationDemand {
    technologies = technologies.map(Set::copyOf);
    technologies.ifPresent(named -> named.forEach(AttestationDemand::requireKnown));
  }

  /** At least this level, by whatever technology. */
  public static AttestationDemand atLeast(AttestationLevel level) {
    return new AttestationDemand(Optional.of(level), Optional.empty());
  }

  /** One of these technologies, at whatever level. */
  public static AttestationDemand by(Set<String> technologies) {
    return new AttestationDemand(Optional.empty(), Optional.of(technologies));
  }

  /**
   * A technology by its name.
   *
   * @throws IllegalArgumentException if there is none of this name: it would exclude every node
   */
  public static String requireKnown(String technology) {
    if (!TECHNOLOGIES.contains(technology)) {
      throw new IllegalArgumentException(
          shown(technology) + " is none of " + String.join(", ", new TreeSet<>(TECHNOLOGIES)));
    }
    return technology;
  }

  /** What came stands first, and short enough that what is known is never cut off behind it. */
  private static String shown(String technology) {
    return technology.length() > MOST_SHOWN_CHARS
        ? technology.substring(0, MOST_SHOWN_CHARS) + "…"
        : technology;
  }

  /** Both demands: the stronger level, the technologies in common. */
  public AttestationDemand and(AttestationDemand other) {
    return new AttestationDemand(
        Stream.of(least, other.least).flatMap(Optional::stream).max(AttestationLevel::compareTo),
        technologies
            .flatMap(mine -> other.technologies.map(theirs -> common(mine, theirs)))
            .or(() -> technologies)
            .or(other::technologies));
  }

  private static Set<String> common(Set<String> mine, Set<String> theirs) {
    Set<String> both = new HashSet<>(mine);
    both.retainAll(theirs);
    return both;
  }

  boolean isLevelMetBy(AttestationSummary proved) {
    return least.isEmpty() || proved.level().compareTo(least.get()) >= 0;
  }

  boolean isTechnologyMetBy(AttestationSummary proved) {
    return technologies.isEmpty() || technologies.get().contains(proved.technology());
  }
}
