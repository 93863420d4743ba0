package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The time after a restart in which the view is still emptier than the one before it. Edges keep
 * serving on what they hold; telling them of an empty mesh would be an outage of our own making. It
 * ends when every member of before was heard, or after a whole lease: who is silent by then is
 * gone.
 */
final class RebuildWindow {
  private final Set<NodeId> missing;
  private final Duration end;
  private boolean over;

  RebuildWindow(Set<NodeId> before, Moment start, Duration lease) {
    this.missing = new HashSet<>(before);
    this.end = start.uptime().plus(lease);
    this.over = before.isEmpty();
  }

  boolean isOver(Moment now, Predicate<NodeId> present) {
    if (!over) {
      missing.removeIf(present);
      over = missing.isEmpty() || now.uptime().compareTo(end) >= 0;
    }
    return over;
  }

  boolean wasOver() {
    return over;
  }
}
