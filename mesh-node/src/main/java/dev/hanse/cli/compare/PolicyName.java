package dev.hanse.cli.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** The policies that are compared, by the names users give them. */
enum PolicyName {
  ROUND_ROBIN("nothing"),
  LEAST_LOAD("open requests"),
  POWER_OF_TWO("open requests"),
  PREFIX_HASH("nothing"),
  CHWBL("open requests"),
  CACHE_AWARE("open requests, prefixes sent"),
  PRICE_WEIGHTED("prices"),
  HANSE("work reserved, beats of 500 ms, prefixes answered, prices");

  private final String sees;

  PolicyName(String sees) {
    this.sees = sees;
  }

  /** What it goes by besides the prompt. */
  String sees() {
    return sees;
  }

  /** A new policy; runs of the same seed are alike. */
  Policy create(List<Server> servers, long seed) {
    return switch (this) {
      case ROUND_ROBIN -> new RoundRobin();
      case LEAST_LOAD -> new LeastLoad();
      case POWER_OF_TWO -> new PowerOfTwo(new SplittableRandom(seed));
      case PREFIX_HASH -> new PrefixHash(new KeyRing(servers.size(), seed));
      case CHWBL -> new BoundedPrefixHash(new KeyRing(servers.size(), seed));
      case CACHE_AWARE -> new CacheAware();
      case PRICE_WEIGHTED -> new PriceWeighted(servers, new SplittableRandom(seed));
      case HANSE -> new MeshPlacement(servers, seed);
    };
  }

  /**
   * Reads names separated by commas, or {@code all}.
   *
   * @throws IllegalArgumentException naming the one that is unknown
   */
  static List<PolicyName> parse(String text) {
    if (text.equals("all")) {
      return List.of(values());
    }
    List<PolicyName> names = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      PolicyName name = of(word.strip());
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static PolicyName of(String word) {
    for (PolicyName name : values()) {
      if (name.toString().equals(word)) {
        return name;
      }
    }
    throw new IllegalArgumentException(
        "--policy must be all or some of " + List.of(values()) + ", was \"" + word + "\"");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
