package dev.hanse.cli.compare;

/** Consistent hashing of the prompt's beginning, whatever the load. Sees nothing. */
final class PrefixHash implements Policy {
  private final KeyRing ring;

  PrefixHash(KeyRing ring) {
    this.ring = ring;
  }

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    return ring.first(prompt.key(), _ -> true);
  }
}
