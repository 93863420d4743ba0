package dev.hanse.node.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class QuotaBookTest {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final NodeId ONE = NodeId.parse("hanse.edge-1");
  private static final NodeId TWO = NodeId.parse("hanse.edge-2");
  private static final NodeId THREE = NodeId.parse("hanse.edge-3");

  private final QuotaBook book =
      new QuotaBook(1_600, new QuotaLimits(2, Duration.ofSeconds(2), 16));

  private static QuotaAsk ask(long number, long holds, long inFlight, long wanted) {
    return new QuotaAsk(7, number, holds, inFlight, wanted);
  }

  private long granted(NodeId edge, QuotaAsk ask) {
    return book.ask(edge, ask, START).tokens();
  }

  @Test
  void grantsWhatIsWantedWhileItFits() {
    assertThat(granted(ONE, ask(1, 0, 0, 500))).isEqualTo(500);
    assertThat(granted(TWO, ask(1, 0, 0, 700))).isEqualTo(700);
    assertThat(book.committed(START)).isEqualTo(1_200);
  }

  @Test
  void anEdgeThatWantsNothingMuchStillGetsAFootInTheDoor() {
    assertThat(granted(ONE, ask(1, 0, 0, 1))).isEqualTo(100);
  }

  @Test
  void twoThatWantEverythingEndUpWithHalfEach() {
    assertThat(granted(ONE, ask(1, 0, 0, 5_000))).isEqualTo(1_600);
    assertThat(granted(TWO, ask(1, 0, 0, 5_000))).isZero();

    assertThat(granted(ONE, ask(2, 1, 0, 5_000))).isEqualTo(800);
    assertThat(granted(TWO, ask(2, 1, 0, 5_000))).as("not acknowledged yet").isZero();
    assertThat(granted(ONE, ask(3, 2, 0, 5_000))).isEqualTo(800);
    assertThat(granted(TWO, ask(3, 2, 0, 5_000))).isEqualTo(800);
  }

  @Test
  void whatIsInFlightIsNotGivenToAnybodyElse() {
    granted(ONE, ask(1, 0, 0, 5_000));
    assertThat(book.accept(ONE, 1_500, START)).isTrue();
    granted(ONE, ask(2, 1, 1_500, 0));
    granted(ONE, ask(3, 2, 1_500, 0));

    assertThat(granted(TWO, ask(1, 0, 0, 5_000))).isLessThanOrEqualTo(100);
    book.done(ONE, 1_500);
    granted(ONE, ask(4, 3, 0, 0));
    granted(ONE, ask(5, 4, 0, 0));
    assertThat(granted(TWO, ask(2, 1, 0, 5_000))).isEqualTo(1_500);
  }

  @Test
  void whatAnEdgeDoesNotUseComesBackWhenItsTimeIsOver() {
    granted(ONE, ask(1, 0, 0, 5_000));

    QuotaGrant early = book.ask(TWO, ask(1, 0, 0, 5_000), START.plusMillis(1_999));
    QuotaGrant late = book.ask(TWO, ask(2, 1, 0, 5_000), START.plusMillis(2_000));

    assertThat(early.tokens()).isZero();
    assertThat(late.tokens()).isEqualTo(1_600);
  }

  @Test
  void theSameAskIsAnsweredTheSameAndAnOlderOneChangesNothing() {
    QuotaGrant first = book.ask(ONE, ask(1, 0, 0, 500), START);

    assertThat(book.ask(ONE, ask(1, 0, 0, 500), START.plusMillis(10))).isEqualTo(first);
    QuotaGrant second = book.ask(ONE, ask(2, 1, 0, 900), START);
    assertThat(book.ask(ONE, ask(1, 0, 0, 1_600), START)).isEqualTo(second);
    assertThat(book.committed(START)).isEqualTo(900);
  }

  @Test
  void acceptsBeyondAGrantOnlyWhatNobodyElseMayClaim() {
    assertThat(book.accept(ONE, 600, START)).as("fresh, no grant").isTrue();
    assertThat(granted(TWO, ask(1, 0, 0, 900))).isEqualTo(900);

    assertThat(book.accept(ONE, 101, START)).isFalse();
    assertThat(book.accept(ONE, 100, START)).isTrue();
    assertThat(book.accept(TWO, 900, START)).isTrue();
    assertThat(book.accept(TWO, 1, START)).isFalse();
  }

  @Test
  void tellsEachEdgeWhatTheOthersHaveInFlight() {
    assertThat(book.accept(ONE, 600, START)).isTrue();

    assertThat(book.ask(ONE, ask(1, 0, 600, 0), START).othersTokens()).isZero();
    assertThat(book.ask(TWO, ask(1, 0, 0, 0), START).othersTokens()).isEqualTo(600);
  }

  @Test
  void anEdgeTooManyIsGrantedNothingUntilAnotherIsIdle() {
    granted(ONE, ask(1, 0, 0, 100));
    granted(TWO, ask(1, 0, 0, 100));

    assertThat(granted(THREE, ask(1, 0, 0, 100))).isZero();
    assertThat(book.accept(THREE, 1, START)).isFalse();
    assertThat(book.ask(THREE, ask(2, 1, 0, 100), START.plusSeconds(3)).tokens()).isEqualTo(100);
    assertThat(book.edges()).isLessThanOrEqualTo(2);
  }

  @Test
  void aRestartedEdgeBeginsAnew() {
    granted(ONE, ask(5, 4, 0, 1_000));

    QuotaGrant anew = book.ask(ONE, new QuotaAsk(8, 1, 0, 0, 500), START);

    assertThat(anew.number()).isEqualTo(1);
    assertThat(anew.tokens()).isEqualTo(500);
    assertThat(book.committed(START)).as("the old process may still live").isEqualTo(1_000);
  }

  @Test
  void moreThanWasTakenCannotBeGivenBack() {
    assertThat(book.accept(ONE, 10, START)).isTrue();

    assertThatThrownBy(() -> book.done(ONE, 11)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> book.done(TWO, 1)).isInstanceOf(IllegalStateException.class);
  }
}
