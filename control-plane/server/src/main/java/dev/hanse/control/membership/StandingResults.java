package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The results whose certificates may still be shown: of each node the newest, and the one before
 * it, on whose certificate connections stay open after a renewal.
 */
final class StandingResults {
  private static final int OF_ONE_NODE = 2;

  private final Map<String, NodeResult> byDigest = new LinkedHashMap<>();
  private final Map<NodeId, Deque<String>> byNode = new HashMap<>();
  private final int maxNodes;

  StandingResults(int maxNodes) {
    this.maxNodes = maxNodes;
  }

  /** Takes a node's newest, or another judgement of one it has; false if there is no room. */
  boolean put(NodeResult result) {
    if (byDigest.replace(result.evidenceDigest(), result) != null) {
      return true;
    }
    if (byNode.size() >= maxNodes && !byNode.containsKey(result.node())) {
      return false;
    }
    byDigest.put(result.evidenceDigest(), result);
    Deque<String> own = byNode.computeIfAbsent(result.node(), node -> new ArrayDeque<>());
    own.addLast(result.evidenceDigest());
    if (own.size() > OF_ONE_NODE) {
      byDigest.remove(own.removeFirst());
    }
    return true;
  }

  /**
   * Takes one away.
   *
   * @return whether it was its node's newest
   */
  boolean remove(NodeResult result) {
    Deque<String> own = byNode.get(result.node());
    if (own == null || byDigest.remove(result.evidenceDigest()) == null) {
      return false;
    }
    boolean newest = own.getLast().equals(result.evidenceDigest());
    own.remove(result.evidenceDigest());
    if (own.isEmpty()) {
      byNode.remove(result.node());
    }
    return newest;
  }

  void removeEnded(Instant now) {
    for (NodeResult result : all()) {
      if (!result.certifiedUntil().isAfter(now)) {
        remove(result);
      }
    }
  }

  Optional<NodeResult> find(String digest) {
    return Optional.ofNullable(byDigest.get(digest));
  }

  Optional<NodeResult> newestOf(NodeId node) {
    return Optional.ofNullable(byNode.get(node)).map(Deque::getLast).flatMap(this::find);
  }

  /** In the order in which they came. */
  List<NodeResult> all() {
    return new ArrayList<>(byDigest.values());
  }
}
