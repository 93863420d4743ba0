package dev.hanse.provider.resilience;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;

/**
 * Decides whether an engine may be asked. Closed, it counts failures in a row; open, it refuses for
 * a while; half-open, it lets a few probes through and closes when enough of them succeed.
 *
 * <p>A success between them empties the count, and failures older than the window leave it: at a
 * thousand requests a second ten stray failures in two minutes are no outage. A verdict counts only
 * in the state that admitted its request, so a slow failure from before cannot end a recovery.
 *
 * <p>Time comes from outside. Safe for use from several threads; no method waits.
 */
public final class CircuitBreaker {
  /**
   * When it opens and closes.
   *
   * @param failures in a row that open it
   * @param successes of probes that close it; also how many probes run at once
   * @param openFor how long it refuses before it lets probes through
   * @param window how long a failure counts
   */
  public record Limits(int failures, int successes, Duration openFor, Duration window) {
    /** The field's usual figures: those of SGLang's gateway. */
    public static final Limits DEFAULT =
        new Limits(10, 3, Duration.ofSeconds(60), Duration.ofSeconds(120));

    public Limits {
      if (failures < 1 || successes < 1 || !openFor.isPositive() || !window.isPositive()) {
        throw new IllegalArgumentException("a circuit breaker's limits must be above zero");
      }
    }
  }

  /** Where it stands. */
  public enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /** Leave to ask, or not. */
  public sealed interface Admission {
    /**
     * Ask, and report what came of it exactly once.
     *
     * @param period in which it was given
     */
    record Admitted(long period) implements Admission {}

    /** Do not ask. */
    record Refused(Duration retryAfter) implements Admission {}
  }

  /** How long a caller waits for the probes' verdict before it asks again. */
  private static final Duration PROBING = Duration.ofSeconds(1);

  private final Limits limits;
  private final InstantSource clock;
  private final ArrayDeque<Instant> failures = new ArrayDeque<>();
  private State state = State.CLOSED;
  private Instant openUntil = Instant.MIN;
  private long period;
  private int probes;
  private int successes;

  public CircuitBreaker(Limits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  public synchronized State state() {
    return state == State.OPEN && !clock.instant().isBefore(openUntil) ? State.HALF_OPEN : state;
  }

  public synchronized Admission ask() {
    Instant now = clock.instant();
    if (state == State.OPEN) {
      if (now.isBefore(openUntil)) {
        return new Admission.Refused(Duration.between(now, openUntil));
      }
      enter(State.HALF_OPEN);
    }
    if (state == State.HALF_OPEN) {
      if (probes >= limits.successes()) {
        return new Admission.Refused(PROBING);
      }
      probes++;
    }
    return new Admission.Admitted(period);
  }

  public synchronized void succeeded(Admission.Admitted admitted) {
    if (admitted.period() != period) {
      return;
    }
    failures.clear();
    if (state == State.HALF_OPEN) {
      probes--;
      successes++;
      if (successes >= limits.successes()) {
        enter(State.CLOSED);
      }
    }
  }

  public synchronized void failed(Admission.Admitted admitted) {
    if (admitted.period() != period) {
      return;
    }
    Instant now = clock.instant();
    if (state == State.HALF_OPEN) {
      open(now);
      return;
    }
    while (!failures.isEmpty() && failures.peekFirst().plus(limits.window()).isBefore(now)) {
      failures.removeFirst();
    }
    failures.addLast(now);
    if (failures.size() >= limits.failures()) {
      open(now);
    }
  }

  /** The request ended in a way that says nothing of the engine: cancelled, or refused as wrong. */
  public synchronized void unknown(Admission.Admitted admitted) {
    if (admitted.period() == period && state == State.HALF_OPEN) {
      probes--;
    }
  }

  private void open(Instant now) {
    openUntil = now.plus(limits.openFor());
    enter(State.OPEN);
  }

  private void enter(State next) {
    state = next;
    period++;
    probes = 0;
    successes = 0;
    failures.clear();
  }
}
