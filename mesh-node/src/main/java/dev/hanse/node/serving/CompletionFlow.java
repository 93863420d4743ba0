package dev.hanse.node.serving;

import dev.hanse.node.routing.Router;
import dev.hanse.provider.Exchange;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Serves requests: place and reserve, attempt, stream, settle. Before the first chunk a failure
 * moves the request to another node where that is safe; from the first chunk on the placement is
 * fixed, and a failure reaches the client as one.
 *
 * <p>Threads: safe for use from several event loops; each request stays on the one it came on.
 */
public final class CompletionFlow implements Serving {
  final Router router;
  final Upstream upstream;
  final ServingPolicy policy;
  final ServingObserver observer;
  final Alarms alarms;
  final InstantSource clock;
  private final RandomGenerator random;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * A flow over a router and what carries attempts out.
   *
   * @param upstream runs attempts, here or elsewhere: see {@link UpstreamByNode}
   * @param random jitter of pauses
   */
  public CompletionFlow(
      Router router,
      Upstream upstream,
      ServingPolicy policy,
      ServingObserver observer,
      Alarms alarms,
      InstantSource clock,
      RandomGenerator random) {
    this.router = router;
    this.upstream = upstream;
    this.policy = policy;
    this.observer = observer;
    this.alarms = alarms;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Exchange serve(ServingRequest request, ServingListener listener) {
    ServingRun run = new ServingRun(this, request, listener);
    run.start();
    return run;
  }

  /** Requests that wait for room now. */
  public int waiting() {
    return waiting.get();
  }

  /** Takes one of the places to wait in; whoever got one gives it back with {@link #leaveQueue}. */
  boolean enterQueue() {
    int before = waiting.get();
    while (before < policy.maxWaiting()) {
      if (waiting.compareAndSet(before, before + 1)) {
        return true;
      }
      before = waiting.get();
    }
    return false;
  }

  void leaveQueue() {
    waiting.decrementAndGet();
  }

  /** Between half of a length and all of it. */
  Duration jittered(Duration length) {
    long nanos = length.toNanos();
    return Duration.ofNanos(nanos - (long) (random.nextDouble() * nanos / 2));
  }
}
