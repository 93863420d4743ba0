package dev.hanse.cli.compare;

import java.util.random.RandomGenerator;

/**
 * The one with fewer open requests of two drawn at random (Mitzenmacher, "The power of two choices
 * in randomized load balancing", IEEE TPDS 12(10), 2001).
 */
final class PowerOfTwo implements Policy {
  private final RandomGenerator random;

  PowerOfTwo(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    int nodes = gauges.nodes();
    int one = random.nextInt(nodes);
    int other = nodes == 1 ? one : (one + 1 + random.nextInt(nodes - 1)) % nodes;
    return gauges.open(other) < gauges.open(one) ? other : one;
  }
}
