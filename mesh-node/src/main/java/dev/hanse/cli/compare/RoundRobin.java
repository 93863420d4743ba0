package dev.hanse.cli.compare;

/** One after the other. Sees nothing. */
final class RoundRobin implements Policy {
  private int next;

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    return next++ % gauges.nodes();
  }
}
