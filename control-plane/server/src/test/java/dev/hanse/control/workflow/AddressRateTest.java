package dev.hanse.control.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AddressRateTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final AddressRate rate = new AddressRate(2, Duration.ofMillis(100));

  @Test
  void allowsABurstAndThenSaysHowLongToWait() {
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW)).contains(Duration.ofMillis(100));
    assertThat(rate.take("a", NOW.plusMillis(60))).contains(Duration.ofMillis(40));
    assertThat(rate.take("a", NOW.plusMillis(100))).isEmpty();
  }

  @Test
  void refillsUpToTheBurst() {
    assertThat(rate.take("a", NOW)).isEmpty();

    Instant later = NOW.plusSeconds(60);
    assertThat(rate.take("a", later)).isEmpty();
    assertThat(rate.take("a", later)).isEmpty();
    assertThat(rate.take("a", later)).isPresent();
  }

  @Test
  void countsEachAddressAlone() {
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW)).isPresent();
    assertThat(rate.take("b", NOW)).isEmpty();
  }

  @Test
  void aClockThatStepsBackGivesNothingAway() {
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW)).isEmpty();
    assertThat(rate.take("a", NOW.minusSeconds(60))).isPresent();
  }
}
