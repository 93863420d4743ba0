package dev.hanse.hash.bench;

import com.linkedin.d2.balancer.util.hashing.BoundedLoadConsistentHashRing;
import com.linkedin.d2.balancer.util.hashing.ConsistentHashRing;
import com.linkedin.d2.balancer.util.hashing.MPConsistentHashRing;
import com.linkedin.d2.balancer.util.hashing.Ring;
import com.linkedin.util.degrader.CallCompletion;
import com.linkedin.util.degrader.CallTracker;
import com.linkedin.util.degrader.CallTrackerImpl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** LinkedIn d2's rings over members {@code node0} and so on, of 100 points each. */
final class LinkedInRing {
  private static final int POINTS = 100;
  private static final double FACTOR = 1.25;
  private static final long INTERVAL_MILLIS = 5_000;

  private final Map<String, CallTracker> trackers = new HashMap<>();
  private final Ring<String> bounded;
  private final Ring<String> plain;
  private final Ring<String> multiProbe;

  LinkedInRing(int members) {
    Map<String, Integer> points = new HashMap<>();
    for (int i = 0; i < members; i++) {
      points.put("node" + i, POINTS);
      trackers.put("node" + i, new CallTrackerImpl(INTERVAL_MILLIS));
    }
    this.plain = new ConsistentHashRing<>(points);
    this.multiProbe = new MPConsistentHashRing<>(points);
    this.bounded =
        new BoundedLoadConsistentHashRing<>(
            weights -> new ConsistentHashRing<>(weights), points, trackers, FACTOR);
  }

  String plain(long key) {
    return Objects.requireNonNull(plain.get((int) key));
  }

  String multiProbe(long key) {
    return Objects.requireNonNull(multiProbe.get((int) key));
  }

  /**
   * Its member for a key, and one call begun there and ended: what reserve and release are here.
   */
  String callAndEnd(long key) {
    String member = Objects.requireNonNull(bounded.get((int) key));
    tracker(member).startCall().endCall();
    return member;
  }

  /** Begins calls that stay open on the first members, so many each. */
  List<CallCompletion> fill(int members, int callsEach) {
    List<CallCompletion> open = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      for (int call = 0; call < callsEach; call++) {
        open.add(tracker("node" + i).startCall());
      }
    }
    return open;
  }

  private CallTracker tracker(String member) {
    return Objects.requireNonNull(trackers.get(member));
  }
}
