package dev.hanse.cli.compare;

/** The node with the fewest open requests, the next one in turn among equals. */
final class LeastLoad implements Policy {
  private int next;

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    return gauges.least(next++);
  }
}
