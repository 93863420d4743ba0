package dev.hanse.provider.resilience;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whether and when a failed attempt is repeated on the same engine. Pure.
 *
 * <p>Only {@link Retry.Here} is: elsewhere is for those who know of an elsewhere. An engine that
 * asks for a longer pause than there is time for is left alone.
 *
 * @param attempts at most, the first included; 1 to 10
 * @param longestPause beyond it another engine is the better choice; above zero
 */
public record RetryPlan(int attempts, Backoff backoff, Duration longestPause) {
  /** Three attempts, as the OpenAI SDKs make; no pause above ten seconds. */
  public static final RetryPlan DEFAULT = new RetryPlan(3, Backoff.DEFAULT, Duration.ofSeconds(10));

  public RetryPlan {
    if (attempts < 1 || attempts > 10 || !longestPause.isPositive()) {
      throw new IllegalArgumentException(
          "a retry plan needs 1..10 attempts and a positive pause, was "
              + attempts
              + " and "
              + longestPause);
    }
  }

  /**
   * The pause before the next attempt; empty when there is to be none.
   *
   * @param attempt the one that failed, 1 for the first
   * @param left of the request's budget
   */
  public Optional<Duration> next(
      int attempt,
      ProviderFailure failure,
      Duration left,
      RetryBudget budget,
      RandomGenerator random) {
    if (attempt >= attempts || !(failure.retry() instanceof Retry.Here(Duration asked))) {
      return Optional.empty();
    }
    // On top of what was asked for, not instead: else all who were refused return together.
    Duration pause = asked.plus(backoff.pause(attempt, random));
    if (asked.compareTo(longestPause) > 0 || pause.compareTo(left) >= 0 || !budget.take()) {
      return Optional.empty();
    }
    return Optional.of(pause);
  }
}
