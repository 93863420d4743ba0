package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reference manifests that were checked once, so that a machine with eight GPUs of a kind does not
 * have the same two documents parsed and verified for each of them.
 *
 * <p>What was checked holds for these very bytes, from then until the first certificate of it
 * expires; at any other time it is checked anew. What was refused is not remembered. Names come
 * from reports, but only those our store has a manifest for get here. Any thread.
 */
final class CheckedRims {
  /** A fleet runs a handful of drivers and VBIOSes; beyond this all are checked anew. */
  static final int LIMIT = 64;

  private final Anchors anchors;
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();

  private record Kept(Bytes xml, Instant since, Rim rim) {
    boolean holds(Bytes now, Instant at) {
      return !at.isBefore(since) && !at.isAfter(rim.validUntil()) && xml.equals(now);
    }
  }

  /** Believes manifests up to these roots and no others. */
  CheckedRims(Anchors anchors) {
    this.anchors = anchors;
  }

  /**
   * The manifest that our store has under a name.
   *
   * @throws Rejection of stage {@code ENDORSEMENT}
   */
  Rim of(String id, Bytes xml, Instant at) throws Rejection {
    Kept known = kept.get(id);
    if (known != null && known.holds(xml, at)) {
      return known.rim();
    }
    Rim rim = RimDocument.verified(xml, anchors, at);
    if (kept.size() >= LIMIT) {
      kept.clear();
    }
    kept.put(id, new Kept(xml, at, rim));
    return rim;
  }

  int size() {
    return kept.size();
  }
}
