package dev.hanse.node.dispatch;

import java.time.Duration;

/**
 * How a node shares its cap among edges.
 *
 * @param maxEdges accounts kept at once; an edge beyond them is granted nothing until one is idle
 * @param lasts how long a grant is good for: an edge that dies gives its share back after that
 * @param leastShare an edge that wants anything is taken to want at least the cap divided by this,
 *     so that a newcomer gets a foot in the door
 */
public record QuotaLimits(int maxEdges, Duration lasts, int leastShare) {
  /** 256 edges; 2 s, four beats; a sixteenth. */
  public static final QuotaLimits DEFAULT = new QuotaLimits(256, Duration.ofSeconds(2), 16);

  public QuotaLimits {
    if (maxEdges < 1 || leastShare < 1 || !lasts.isPositive()) {
      throw new IllegalArgumentException("quota limits must be above 0");
    }
  }
}
