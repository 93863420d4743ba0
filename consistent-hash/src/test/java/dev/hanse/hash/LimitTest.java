package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LimitTest {
  private final InFlight account = new InFlight();
  private final BoundedLoadPlacement placement =
      BoundedLoadPlacement.builder().inFlight(account).slotBits(8).build();

  private PlacementView only(long hardCap) {
    return placement.update(List.of(new Member("a", "zone", 1, hardCap)));
  }

  @Test
  void aLimitTakesThePlaceOfTheHardCapWhateverOthersHold() {
    PlacementView view = only(1_000);
    account.observe("a", 900);

    assertThat(view.tryReserve(1, 200, Eligible.ALL)).isEqualTo(Refusal.FULL.code());
    assertThat(account.limit("a", 300)).isTrue();
    long lease = view.tryReserve(1, 200, Eligible.ALL);
    assertThat(lease).isNotNegative();
    assertThat(view.tryReserve(1, 101, Eligible.ALL)).isEqualTo(Refusal.FULL.code());
    assertThat(view.tryReserve(1, 100, Eligible.ALL)).isNotNegative();
  }

  @Test
  void aLoweredLimitLeavesLeasesAloneAndTakesNothingMore() {
    PlacementView view = only(1_000);
    long lease = view.tryReserve(1, 500, Eligible.ALL);

    account.limit("a", 100);

    assertThat(view.tryReserve(1, 1, Eligible.ALL)).isEqualTo(Refusal.FULL.code());
    assertThat(account.adjust(lease, 501)).isFalse();
    assertThat(account.release(lease)).isTrue();
    assertThat(view.tryReserve(1, 100, Eligible.ALL)).isNotNegative();
  }

  @Test
  void withoutTheLimitTheHardCapCountsAgain() {
    PlacementView view = only(1_000);
    account.limit("a", 0);
    assertThat(view.tryReserve(1, 1, Eligible.ALL)).isEqualTo(Refusal.FULL.code());

    account.unlimit("a");

    assertThat(view.tryReserve(1, 1_000, Eligible.ALL)).isNotNegative();
    assertThat(view.tryReserve(1, 1, Eligible.ALL)).isEqualTo(Refusal.FULL.code());
  }

  @Test
  void refusesALimitBelowZeroAndOnAStranger() {
    assertThatThrownBy(() -> account.limit("a", -1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(account.limit("nobody", 1)).isFalse();
  }
}
