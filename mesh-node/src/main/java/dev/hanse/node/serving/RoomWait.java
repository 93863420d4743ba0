package dev.hanse.node.serving;

import java.time.Duration;
import java.util.Optional;

/**
 * One request's wait for a node with room: its seat in the queue, and how much of its patience is
 * left. Confined to the request's context.
 */
final class RoomWait {
  /** How often it looks for room. */
  private static final Duration POLL = Duration.ofMillis(25);

  private final CompletionFlow flow;
  private boolean seated;
  private Duration waited = Duration.ZERO;

  RoomWait(CompletionFlow flow) {
    this.flow = flow;
  }

  /** How long until it should look again; empty: its patience is used up, or the queue is full. */
  Optional<Duration> next() {
    Duration left = flow.policy.placementPatience().minus(waited);
    seated = seated || (left.isPositive() && flow.enterQueue());
    if (!left.isPositive() || !seated) {
      return Optional.empty();
    }
    Duration poll = flow.jittered(POLL);
    Duration length = poll.compareTo(left) > 0 ? left : poll;
    waited = waited.plus(length);
    return Optional.of(length);
  }

  /** Gives its seat back, if it has one. */
  void leave() {
    if (seated) {
      seated = false;
      flow.leaveQueue();
    }
  }
}
