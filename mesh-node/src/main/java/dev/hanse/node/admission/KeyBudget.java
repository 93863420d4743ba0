package dev.hanse.node.admission;

import dev.hanse.api.ClientKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one key has used on this edge: two token buckets and its requests in flight.
 *
 * <p>Each bucket holds one minute's allowance and fills continuously, so in any span of {@code t}
 * seconds at most {@code limit × (1 + t / 60)} pass. Requests are charged when admitted. Tokens are
 * <em>reserved</em> when admitted and charged when the request is settled, with what it really
 * used: a reservation only counts against later reservations and never drains the bucket, so giving
 * it back cannot create credit that was never there (refunding a charge after the bucket has
 * refilled would).
 *
 * <p>Arithmetic: a bucket's debt is in sixty-thousandths of a unit; every millisecond pays off
 * {@code limit} of them. All integers, nothing drifts.
 *
 * <p>Threads: any; one compare-and-set takes all of a key's limits at once or none. A clock that
 * steps back pays nothing off until it has caught up.
 */
public final class KeyBudget {
  /** A minute in milliseconds: the debt of one request or token. */
  private static final long UNIT = 60_000;

  /**
   * Debts never pass this, so sums of two cannot overflow; at a limit of 10^9 a minute it takes 16
   * hours to pay off.
   */
  private static final long MAX_DEBT = Long.MAX_VALUE / 8;

  /** Limits above this do not differ from none: 10^12 a minute. */
  private static final long MAX_LIMIT = 1_000_000_000_000L;

  private final InstantSource clock;
  private final AtomicReference<State> state = new AtomicReference<>(new State(0, 0, 0, 0, 0));

  KeyBudget(InstantSource clock) {
    this.clock = clock;
  }

  /** Takes one of the key's places in flight; false when all are taken. */
  boolean enter(int maxInFlight) {
    while (true) {
      State now = state.get();
      if (now.inFlight >= maxInFlight) {
        return false;
      }
      if (state.compareAndSet(now, now.withInFlight(now.inFlight + 1))) {
        return true;
      }
    }
  }

  void leave() {
    State now;
    do {
      now = state.get();
    } while (!state.compareAndSet(now, now.withInFlight(now.inFlight - 1)));
  }

  /**
   * Charges one request and reserves its tokens, or neither.
   *
   * @param tokens at most what the key allows in a minute, else it never succeeds
   * @return zero when done, else how long until it could be
   */
  Duration reserve(ClientKey limits, long tokens) {
    while (true) {
      State before = state.get();
      State now = before.paidOff(clock.millis(), limits);
      long requestWait = waitMillis(now.requestDebt, 1, cap(limits.requestsPerMinute()));
      long tokenWait =
          waitMillis(
              now.tokenDebt,
              saturatedSum(now.reservedTokens, tokens),
              cap(limits.tokensPerMinute()));
      long wait = Math.max(requestWait, tokenWait);
      if (wait > 0) {
        return Duration.ofMillis(wait);
      }
      if (state.compareAndSet(before, now.reserving(limits, tokens))) {
        return Duration.ZERO;
      }
    }
  }

  /** Ends a reservation with what was used; more than was reserved delays the key's next ones. */
  void settle(ClientKey limits, long reservedTokens, long usedTokens) {
    State before;
    State after;
    do {
      before = state.get();
      after = before.paidOff(clock.millis(), limits).settled(limits, reservedTokens, usedTokens);
    } while (!state.compareAndSet(before, after));
  }

  int inFlight() {
    return state.get().inFlight;
  }

  long reservedTokens() {
    return state.get().reservedTokens;
  }

  private static long cap(long limit) {
    return Math.min(limit, MAX_LIMIT);
  }

  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** Milliseconds until {@code units} more fit; 0 when they do, or when there is no limit. */
  private static long waitMillis(long debt, long units, long limit) {
    if (limit == 0) {
      return 0;
    }
    long wanted = Math.min(units, MAX_DEBT / UNIT) * UNIT;
    long over = debt + wanted - limit * UNIT;
    return over <= 0 ? 0 : (over + limit - 1) / limit;
  }

  /**
   * All of it, swapped whole.
   *
   * @param atMillis up to when the debts have been paid off
   */
  private record State(
      long atMillis, long requestDebt, long tokenDebt, long reservedTokens, int inFlight) {

    State paidOff(long nowMillis, ClientKey limits) {
      if (nowMillis <= atMillis) {
        return this;
      }
      long elapsed = nowMillis - atMillis;
      return new State(
          nowMillis,
          paid(requestDebt, elapsed, cap(limits.requestsPerMinute())),
          paid(tokenDebt, elapsed, cap(limits.tokensPerMinute())),
          reservedTokens,
          inFlight);
    }

    State reserving(ClientKey limits, long tokens) {
      long newDebt = limits.requestsPerMinute() == 0 ? requestDebt : requestDebt + UNIT;
      return new State(atMillis, newDebt, tokenDebt, reservedTokens + tokens, inFlight);
    }

    State settled(ClientKey limits, long reserved, long used) {
      long charge = limits.tokensPerMinute() == 0 ? 0 : Math.min(used, MAX_DEBT / UNIT) * UNIT;
      return new State(
          atMillis,
          requestDebt,
          Math.min(MAX_DEBT, tokenDebt + charge),
          reservedTokens - reserved,
          inFlight);
    }

    State withInFlight(int newInFlight) {
      return new State(atMillis, requestDebt, tokenDebt, reservedTokens, newInFlight);
    }

    private static long paid(long debt, long elapsedMillis, long limit) {
      // A key without a limit owes nothing; a division keeps the product from overflowing.
      boolean all = limit == 0 || elapsedMillis >= debt / limit + 1;
      return all ? 0 : debt - elapsedMillis * limit;
    }
  }
}
