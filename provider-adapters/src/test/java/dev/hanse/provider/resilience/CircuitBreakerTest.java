package dev.hanse.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.resilience.CircuitBreaker.Admission;
import dev.hanse.provider.resilience.CircuitBreaker.Admission.Admitted;
import dev.hanse.provider.resilience.CircuitBreaker.Limits;
import dev.hanse.provider.resilience.CircuitBreaker.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private final VirtualClock clock = new VirtualClock();
  private final CircuitBreaker breaker = new CircuitBreaker(Limits.DEFAULT, clock);

  private Admitted admitted() {
    return (Admitted) breaker.ask();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.failed(admitted());
    }
  }

  @Test
  void opensAtTheTenthFailureInARow() {
    fail(9);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);

    fail(1);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.ask()).isEqualTo(new Admission.Refused(Duration.ofSeconds(60)));
  }

  @Test
  void staysClosedWhenASuccessComesBetween() {
    fail(9);
    breaker.succeeded(admitted());
    fail(9);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void forgetsFailuresOlderThanItsWindow() {
    fail(9);
    clock.advance(Duration.ofSeconds(121));
    fail(1);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void saysHowLongItStaysOpen() {
    fail(10);
    clock.advance(Duration.ofSeconds(45));

    assertThat(breaker.ask()).isEqualTo(new Admission.Refused(Duration.ofSeconds(15)));
  }

  @Test
  void letsNoMoreProbesThroughThanItNeedsSuccesses() {
    fail(10);
    clock.advance(Duration.ofSeconds(60));

    var first = admitted();
    admitted();
    admitted();

    assertThat(breaker.ask()).isInstanceOf(Admission.Refused.class);
    breaker.unknown(first);
    assertThat(breaker.ask()).isInstanceOf(Admitted.class);
  }

  @Test
  void closesAfterThreeProbesSucceed() {
    fail(10);
    clock.advance(Duration.ofSeconds(60));

    breaker.succeeded(admitted());
    breaker.succeeded(admitted());
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    breaker.succeeded(admitted());

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensAgainWhenAProbeFails() {
    fail(10);
    clock.advance(Duration.ofSeconds(60));
    breaker.succeeded(admitted());

    fail(1);

    assertThat(breaker.ask()).isEqualTo(new Admission.Refused(Duration.ofSeconds(60)));
  }

  @Test
  void doesNotCountVerdictsOfAnEarlierState() {
    var slow = admitted();
    fail(10);
    clock.advance(Duration.ofSeconds(60));
    var probe = admitted();

    breaker.failed(slow);
    breaker.succeeded(slow);

    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    breaker.succeeded(probe);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void s15SendsAnEngineThatIsDownForAMinuteProbesOnlyAndReturnsToIt() {
    int reached = 0;
    for (int second = 0; second < 180; second++) {
      if (breaker.ask() instanceof Admitted admitted) {
        if (second < 90) {
          reached++;
          breaker.failed(admitted);
        } else {
          breaker.succeeded(admitted);
        }
      }
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(reached).isEqualTo(11);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }
}
