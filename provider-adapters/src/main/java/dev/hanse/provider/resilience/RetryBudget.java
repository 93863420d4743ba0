package dev.hanse.provider.resilience;

/**
 * Keeps retries a small share of requests, so that a failing engine is not buried under them.
 *
 * <p>A token bucket: a request deposits a share of a token, a retry withdraws a whole one. Source:
 * Finagle's {@code RetryBudget} (20 % and a reserve). The reserve is what an idle provider may
 * retry. Safe for use from several threads.
 */
public final class RetryBudget {
  private static final long TOKEN = 1000;

  private final long depositMillitokens;
  private final long mostMillitokens;
  private long balance;

  /**
   * A full budget.
   *
   * @param retriesPercent retries per hundred requests in the long run; 0 to 100
   * @param reserve retries at most that may have been saved up; 0 or more
   */
  public RetryBudget(int retriesPercent, int reserve) {
    if (retriesPercent < 0 || retriesPercent > 100 || reserve < 0) {
      throw new IllegalArgumentException(
          "retry budget needs 0..100 % and a reserve from 0, was "
              + retriesPercent
              + " and "
              + reserve);
    }
    depositMillitokens = retriesPercent * TOKEN / 100;
    mostMillitokens = reserve * TOKEN;
    balance = mostMillitokens;
  }

  /** 20 % of requests and a reserve of 20. */
  public static RetryBudget usual() {
    return new RetryBudget(20, 20);
  }

  /** Counts a request's first attempt. */
  public synchronized void requested() {
    balance = Math.min(mostMillitokens, balance + depositMillitokens);
  }

  /** Takes one retry, if there is one. */
  public synchronized boolean take() {
    if (balance < TOKEN) {
      return false;
    }
    balance -= TOKEN;
    return true;
  }
}
