package dev.hanse.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPlanTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final Random random = new Random(1);
  private final RetryBudget budget = RetryBudget.usual();

  private static ProviderFailure failure(Retry retry) {
    return new ProviderFailure(
        Kind.RATE_LIMITED, 429, "x", "x", retry, Usage.NONE, Optional.empty());
  }

  private Optional<Duration> next(int attempt, Retry retry, Duration left) {
    return RetryPlan.DEFAULT.next(attempt, failure(retry), left, budget, random);
  }

  @Test
  void s01WaitsAtLeastAsLongAsAsked() {
    var pause = next(1, new Retry.Here(Duration.ofSeconds(2)), MINUTE);

    assertThat(pause.orElseThrow()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2200));
  }

  @Test
  void retriesOnlyWhatMaySucceedHere() {
    assertThat(next(1, new Retry.Never(), MINUTE)).isEmpty();
    assertThat(next(1, new Retry.Elsewhere(Duration.ZERO), MINUTE)).isEmpty();
    assertThat(next(1, new Retry.Here(Duration.ZERO), MINUTE)).isPresent();
  }

  @Test
  void stopsAfterItsAttempts() {
    assertThat(next(2, new Retry.Here(Duration.ZERO), MINUTE)).isPresent();
    assertThat(next(3, new Retry.Here(Duration.ZERO), MINUTE)).isEmpty();
  }

  @Test
  void doesNotWaitLongerThanThereIsTimeOrSense() {
    assertThat(next(1, new Retry.Here(Duration.ofSeconds(5)), Duration.ofSeconds(4))).isEmpty();
    assertThat(next(1, new Retry.Here(Duration.ofSeconds(11)), MINUTE)).isEmpty();
  }

  @Test
  void aRefusalForTimeCostsNothingOfTheBudget() {
    var one = new RetryBudget(0, 1);

    assertThat(
            RetryPlan.DEFAULT.next(
                1, failure(new Retry.Here(MINUTE)), Duration.ofSeconds(1), one, random))
        .isEmpty();

    assertThat(one.take()).isTrue();
  }

  @Test
  void retriesStayAFifthOfTheRequests() {
    var usual = RetryBudget.usual();
    int retries = 0;
    for (int i = 0; i < 1000; i++) {
      usual.requested();
      retries += usual.take() ? 1 : 0;
    }

    assertThat(retries).isBetween(200, 220);
  }

  @Test
  void anEmptyBudgetAllowsNothing() {
    assertThat(new RetryBudget(0, 0).take()).isFalse();
    assertThatThrownBy(() -> new RetryBudget(101, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Seeds(tries = 100)
  void backoffStaysWithinItsDoublingBoundAndItsCap(long seed) {
    var chance = new Random(seed);
    var backoff = Backoff.DEFAULT;
    for (int retry = 1; retry < 80; retry++) {
      Duration bound = retry < 6 ? backoff.base().multipliedBy(1L << (retry - 1)) : backoff.cap();
      assertThat(backoff.pause(retry, chance)).isBetween(Duration.ZERO, bound);
    }
  }

  @Test
  void refusesSenselessLimits() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, MINUTE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RetryPlan(0, Backoff.DEFAULT, MINUTE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
