package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Processes that said goodbye or were replaced by a newer one. A message of theirs that was still
 * on its way must not bring them back. Bounded: the oldest are forgotten first.
 */
final class EndedIncarnations {
  private static final int MAX = 65_536;

  private record Ended(NodeId id, long incarnation) {}

  private final Set<Ended> ended = new LinkedHashSet<>();

  void add(NodeId id, long incarnation) {
    ended.add(new Ended(id, incarnation));
    if (ended.size() > MAX) {
      ended.remove(ended.iterator().next());
    }
  }

  boolean contains(NodeId id, long incarnation) {
    return ended.contains(new Ended(id, incarnation));
  }
}
