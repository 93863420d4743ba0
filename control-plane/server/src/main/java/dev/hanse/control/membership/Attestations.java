package dev.hanse.control.membership;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.NodeId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What this control plane itself concluded of its nodes' evidence. What a node says of its own
 * attestation counts for nothing.
 */
final class Attestations {
  private final int max;
  private final Map<NodeId, AttestationSummary> known;

  Attestations(int max, Map<NodeId, AttestationSummary> before) {
    this.max = max;
    this.known = new HashMap<>(before);
  }

  /** False if the bound does not allow it, even after the expired ones were dropped. */
  boolean record(NodeId id, AttestationSummary summary, Instant now) {
    if (known.size() >= max && !known.containsKey(id)) {
      known.values().removeIf(old -> !old.isFreshAt(now));
      if (known.size() >= max) {
        return false;
      }
    }
    known.put(id, summary);
    return true;
  }

  void forget(NodeId id) {
    known.remove(id);
  }

  Optional<AttestationSummary> of(NodeId id) {
    return Optional.ofNullable(known.get(id));
  }

  Map<NodeId, AttestationSummary> all() {
    return Map.copyOf(known);
  }
}
