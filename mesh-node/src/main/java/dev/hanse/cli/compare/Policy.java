package dev.hanse.cli.compare;

import java.util.List;

/** Chooses nodes for requests. Confined to one thread and one run. */
interface Policy {
  /** Stands for "nobody now, ask again in a second", as an edge tells its client. */
  int NOBODY = -1;

  /**
   * Chooses a node.
   *
   * @param gauges what the gateway sees of the nodes
   * @return its position in the fleet, or {@link #NOBODY}
   */
  int choose(Prompt prompt, Gauges gauges, long nanos);

  /** The request's first token has come. */
  default void started(Prompt prompt, long nanos) {}

  /** A token has come, the first one included; so many in all. */
  default void progressed(Prompt prompt, int tokens) {}

  /** The request's last token has come. */
  default void finished(Prompt prompt, long nanos) {}

  /**
   * Every node has told how much work it has left.
   *
   * @param workTokens uncached prefill and expected decode, by position in the fleet
   */
  default void beat(List<Long> workTokens, long nanos) {}
}
