package dev.hanse.cli.compare;

/**
 * Consistent hashing with bounded loads by ratio, as KubeAI has it: a node is passed over when its
 * open requests exceed 1.25 times the mean, the new request counted into the mean. HAProxy's {@code
 * hash-balance-factor 125} differs in rounding only.
 */
final class BoundedPrefixHash implements Policy {
  private static final double FACTOR = 1.25;

  private final KeyRing ring;

  BoundedPrefixHash(KeyRing ring) {
    this.ring = ring;
  }

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    double most = FACTOR * (gauges.total() + 1) / gauges.nodes();
    return ring.first(prompt.key(), node -> gauges.open(node) <= most);
  }
}
