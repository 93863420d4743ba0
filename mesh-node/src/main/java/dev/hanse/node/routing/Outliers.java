package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What this edge itself has found out about nodes by using them: which keep failing and which asked
 * for a pause. Older than no beat and truer than most.
 *
 * <p>A node that fails several times in a row is ejected for a while that grows each time; one
 * success after its return takes a step back. Never more than a share of the nodes is ejected: when
 * most of them fail, the fault is likely this edge's own, or the requests'. A pause a node asked
 * for is always kept. Source of the scheme: Envoy, outlier detection (consecutive 5xx, base
 * ejection time times ejections, maximal ejection percent).
 *
 * <p>Threads: safe for any; each call holds a lock for a few instructions.
 */
final class Outliers {
  /**
   * When nodes are ejected.
   *
   * @param failuresInARow that eject
   * @param base how long the first time, and how much longer each time after; a tenth time and
   *     later ones last ten times as long
   * @param maxShare of all providers that may be out at once, 0 to 1
   * @param maxPause the longest pause a node is granted
   */
  record Limits(int failuresInARow, Duration base, double maxShare, Duration maxPause) {
    /** Three in a row; 30 s; half; 60 s. */
    static final Limits DEFAULT =
        new Limits(3, Duration.ofSeconds(30), 0.5, Duration.ofSeconds(60));

    Limits {
      if (failuresInARow < 1 || base.isNegative() || maxShare < 0 || maxShare > 1) {
        throw new IllegalArgumentException("outlier limits out of range");
      }
    }
  }

  private static final int MOST_STEPS = 10;

  private final Limits limits;
  private final Map<NodeId, Standing> standings = new HashMap<>();
  private int providers;

  /** How one node stands. */
  private static final class Standing {
    private int failures;
    private int ejections;
    private Instant ejectedUntil = Instant.MIN;
    private Instant pausedUntil = Instant.MIN;
  }

  Outliers(Limits limits) {
    this.limits = limits;
  }

  /** Forgets nodes that have left; those that stay are what the share is a share of. */
  synchronized void keep(Set<NodeId> present) {
    standings.keySet().retainAll(present);
    providers = present.size();
  }

  synchronized void succeeded(NodeId node) {
    Standing found = standings.get(node);
    if (found != null) {
      found.failures = 0;
      found.ejections = Math.max(0, found.ejections - 1);
      if (found.ejections == 0 && found.pausedUntil.equals(Instant.MIN)) {
        standings.remove(node);
      }
    }
  }

  synchronized void failed(NodeId node, Instant now) {
    Standing found = standings.computeIfAbsent(node, _ -> new Standing());
    found.failures++;
    if (found.failures >= limits.failuresInARow() && mayEjectOneMore(now)) {
      found.failures = 0;
      found.ejections = Math.min(MOST_STEPS, found.ejections + 1);
      found.ejectedUntil = now.plus(limits.base().multipliedBy(found.ejections));
    }
  }

  /** The node asked not to be sent anything for a while. */
  synchronized void paused(NodeId node, Duration pause, Instant now) {
    Duration granted = pause.compareTo(limits.maxPause()) > 0 ? limits.maxPause() : pause;
    standings.computeIfAbsent(node, _ -> new Standing()).pausedUntil = now.plus(granted);
  }

  private boolean mayEjectOneMore(Instant now) {
    long out =
        standings.values().stream().filter(found -> now.isBefore(found.ejectedUntil)).count();
    return out + 1 <= limits.maxShare() * providers;
  }

  synchronized boolean isOut(NodeId node, Instant now) {
    Standing found = standings.get(node);
    return found != null && (now.isBefore(found.ejectedUntil) || now.isBefore(found.pausedUntil));
  }

  /** How long until the first of the nodes that are out is back; zero when none is out. */
  synchronized Duration nextReturn(Instant now) {
    return standings.values().stream()
        .map(found ->
            found.ejectedUntil.isAfter(found.pausedUntil) ? found.ejectedUntil : found.pausedUntil)
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .map(until -> Duration.between(now, until))
        .orElse(Duration.ZERO);
  }
}
