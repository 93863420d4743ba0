package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RememberedCountersTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Duration LIFE = Duration.ofHours(24);
  private static final Counters FIRST = counters(5_000, 3);
  private static final Counters LATER = counters(6_000, 3);
  private static final KnownKey KEY = key(1, 9);

  private final RememberedCounters history = new RememberedCounters(LIFE, 2);

  @Test
  void knowsWhatATpmSaidLast() {
    assertThat(history.last(KEY, NOW)).isEmpty();
    history.accepted(KEY, FIRST, NOW);
    history.accepted(KEY, LATER, NOW.plusSeconds(1));

    assertThat(history.last(KEY, NOW.plusSeconds(2))).contains(LATER);
  }

  @Test
  void knowsATpmBehindAnotherOfItsKeysAndAKeyWithoutATpmByItself() {
    history.accepted(KEY, FIRST, NOW);
    history.accepted(key(3), LATER, NOW);

    assertThat(history.last(key(2, 9), NOW.plusSeconds(1))).contains(FIRST);
    assertThat(history.last(key(1, 8), NOW.plusSeconds(1))).isEmpty();
    assertThat(history.last(key(3), NOW.plusSeconds(1))).contains(LATER);
    assertThat(history.last(key(4), NOW.plusSeconds(1))).isEmpty();
  }

  @Test
  void holdsNothingAgainstAQuoteThatWasAcceptedOnlyThenOrLater() {
    history.accepted(KEY, FIRST, NOW);

    assertThat(history.last(KEY, NOW.minusMillis(1))).isEmpty();
    assertThat(history.last(KEY, NOW)).isEmpty();
    assertThat(history.last(KEY, NOW.plusMillis(1))).contains(FIRST);
  }

  @Test
  void keepsTheGreaterCountersAndTheLaterTimeWhateverOrderQuotesComeIn() {
    history.accepted(KEY, LATER, NOW.plusSeconds(5));
    history.accepted(KEY, FIRST, NOW);

    assertThat(history.last(KEY, NOW.plusSeconds(5))).isEmpty();
    assertThat(history.last(KEY, NOW.plusSeconds(6))).contains(LATER);
  }

  @Test
  void countsResetsBeforeTheClockWhichIsUnsigned() {
    Counters rebooted = counters(10, 4);
    Counters ancient = counters(-1, 4);
    history.accepted(KEY, rebooted, NOW);
    history.accepted(KEY, LATER, NOW);
    assertThat(history.last(KEY, NOW.plusSeconds(1))).contains(rebooted);

    history.accepted(KEY, ancient, NOW);
    history.accepted(KEY, rebooted, NOW);
    assertThat(history.last(KEY, NOW.plusSeconds(1))).contains(ancient);
  }

  @Test
  void forgetsATpmAtTheEndOfItsLifeAndThenTakesLesserCounters() {
    history.accepted(KEY, LATER, NOW);
    Instant end = NOW.plus(LIFE);

    assertThat(history.last(KEY, end.minusMillis(1))).contains(LATER);
    assertThat(history.last(KEY, end)).isEmpty();
    history.accepted(KEY, FIRST, end);
    assertThat(history.last(KEY, end.plusMillis(1))).contains(FIRST);
  }

  @Test
  void forgetsTheTpmThatWasLongestNotHeardOfWhenFull() {
    history.accepted(key(1), FIRST, NOW);
    history.accepted(key(2), FIRST, NOW);
    history.accepted(key(1), FIRST, NOW);
    history.accepted(key(3), FIRST, NOW);

    assertThat(history.last(key(1), NOW.plusSeconds(1))).isPresent();
    assertThat(history.last(key(2), NOW.plusSeconds(1))).isEmpty();
    assertThat(history.last(key(3), NOW.plusSeconds(1))).isPresent();
  }

  @Test
  void whatAnEarlierProcessHeardIsHeldAgainstTheNextQuoteAndNotAgainstTheOneItCameFrom() {
    Instant came = NOW.plusNanos(123_456_789);
    history.accepted(KEY, LATER, came);
    RememberedCounters next = new RememberedCounters(LIFE, 2);

    next.remember(history.all());

    assertThat(next.last(KEY, came)).isEmpty();
    assertThat(next.last(KEY, came.plusNanos(1))).contains(LATER);
  }

  @Test
  void whatAnEarlierProcessHeardSetsNothingBack() {
    history.accepted(KEY, LATER, NOW.plusSeconds(5));

    history.remember(
        List.of(new RememberedCounters.Said(KEY.endorsementKeyName().orElseThrow(), FIRST, NOW)));

    assertThat(history.last(KEY, NOW.plusSeconds(5))).isEmpty();
    assertThat(history.last(KEY, NOW.plusSeconds(6))).contains(LATER);
  }

  @Test
  void remembersNoMoreThanItHasRoomForAndInTheOrderInWhichItWasHeard() {
    RememberedCounters before = new RememberedCounters(LIFE, 3);
    before.accepted(key(1), FIRST, NOW);
    before.accepted(key(2), FIRST, NOW);
    before.accepted(key(3), FIRST, NOW);
    before.accepted(key(1), FIRST, NOW);

    history.remember(before.all());

    assertThat(history.all()).extracting(said -> said.tpm().hex()).containsExactly("03", "01");
  }

  @Test
  void itsRevisionRisesWithWhatItKnowsAndNotWithWhatItIsToldAgain() {
    history.accepted(KEY, LATER, NOW);
    long known = history.revision();
    assertThat(known).isPositive();

    history.accepted(KEY, FIRST, NOW);
    history.accepted(KEY, LATER, NOW);
    assertThat(history.revision()).isEqualTo(known);

    history.accepted(KEY, LATER, NOW.plusSeconds(1));
    assertThat(history.revision()).isGreaterThan(known);
    long later = history.revision();
    history.remember(List.of(new RememberedCounters.Said(key(3).name(), FIRST, NOW)));
    assertThat(history.revision()).isGreaterThan(later);
  }

  @Test
  void needsLifeAndRoom() {
    assertThatThrownBy(() -> new RememberedCounters(Duration.ZERO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RememberedCounters(LIFE, 0))
        .isInstanceOf(IllegalArgumentException.class);
    RememberedCounters one = new RememberedCounters(Duration.ofMillis(2), 1);
    one.accepted(KEY, FIRST, NOW);
    assertThat(one.last(KEY, NOW.plusMillis(1))).contains(FIRST);
  }

  private static Counters counters(long clock, long resets) {
    return new Counters(clock, resets, 0, true);
  }

  private static KnownKey key(int name) {
    return new KnownKey(Bytes.copyOf(new byte[] {(byte) name}), Optional.empty(), Instant.MAX);
  }

  private static KnownKey key(int name, int endorsementKey) {
    return new KnownKey(
        Bytes.copyOf(new byte[] {(byte) name}),
        Optional.of(Bytes.copyOf(new byte[] {(byte) endorsementKey})),
        Instant.MAX);
  }
}
