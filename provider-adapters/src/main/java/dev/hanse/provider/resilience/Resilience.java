package dev.hanse.provider.resilience;

import dev.hanse.provider.Provider;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** The usual order of the decorators. */
public final class Resilience {
  private Resilience() {}

  /**
   * Retries outside, breaker inside: each attempt is counted, and an open circuit, being a matter
   * for elsewhere, is not retried.
   *
   * @param random safe for use from several threads, for example {@code new java.util.Random(seed)}
   */
  public static Provider around(
      Vertx vertx,
      Provider engine,
      CircuitBreaker.Limits limits,
      RetryPlan plan,
      InstantSource clock,
      RandomGenerator random) {
    var breaking = new BreakingProvider(vertx, engine, new CircuitBreaker(limits, clock));
    return new RetryingProvider(vertx, breaking, plan, RetryBudget.usual(), clock, random);
  }
}
