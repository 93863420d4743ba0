package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * A hundred equal members in a steady state: one request ends at random, the next begins. Requests
 * of one token each, a margin of four of them, as in the reference's own simulation.
 */
class BalanceTest {
  private static final int MEMBERS = 100;
  private static final double FACTOR = 1.25;
  private static final int MARGIN = 4;
  private static final int WARM_UP = 5_000;
  private static final int STEPS = 60_000;
  private static final int ZIPF_KEYS = 10_000;

  /** What a run came to: the share of first choices, and the highest load over the mean. */
  private record Balance(double affinity, double peakToMean) {}

  @Test
  void atAnAverageOfFourRequestsKeysStayWithTheirFirstChoice() {
    Balance balance = uniform(4);

    assertThat(balance.affinity()).isGreaterThanOrEqualTo(0.95);
    assertThat(balance.peakToMean()).isLessThanOrEqualTo(bound(4));
  }

  @Test
  void underHeavierLoadTheFactorAloneBinds() {
    Balance balance = uniform(32);

    assertThat(balance.affinity()).isGreaterThanOrEqualTo(0.95);
    assertThat(balance.peakToMean()).isLessThanOrEqualTo(bound(32));
  }

  @Test
  void popularKeysDoNotPushAMemberOverItsBound() {
    for (int mean : List.of(4, 8, 32)) {
      Balance balance = run(mean, zipf(7));

      assertThat(balance.peakToMean()).as("mean %d", mean).isLessThanOrEqualTo(bound(mean));
    }
  }

  @Test
  void aMemberThatLeavesMovesItsOwnKeysAndNoOthers() {
    SlotTable all = SlotTable.of(Members.equal(MEMBERS), 1);
    SlotTable fewer = all.without("node7");
    var random = new SplittableRandom(11);
    int moved = 0;
    for (int i = 0; i < 100_000; i++) {
      long key = random.nextLong();
      String before = all.members().get(all.first(key)).id();
      String after = fewer.members().get(fewer.first(key)).id();
      if (before.equals("node7")) {
        moved++;
      } else {
        assertThat(after).isEqualTo(before);
      }
    }
    assertThat(moved / 100_000.0).isBetween(0.005, 0.015);
  }

  private static double bound(int mean) {
    return Math.max(Math.ceil(FACTOR * mean), mean + MARGIN) / mean;
  }

  private static Balance uniform(int mean) {
    var random = new SplittableRandom(mean);
    return run(mean, random::nextLong);
  }

  private static LongSupplier zipf(long seed) {
    var random = new SplittableRandom(seed);
    double[] cumulative = new double[ZIPF_KEYS];
    double sum = 0;
    for (int rank = 0; rank < ZIPF_KEYS; rank++) {
      sum += 1.0 / (rank + 1);
      cumulative[rank] = sum;
    }
    double total = sum;
    return () -> {
      int found = Arrays.binarySearch(cumulative, random.nextDouble() * total);
      return KeyedHash.mix(found < 0 ? -found : found + 1L);
    };
  }

  private static Balance run(int mean, LongSupplier keys) {
    var inFlight = new InFlight();
    var placement =
        BoundedLoadPlacement.builder()
            .inFlight(inFlight)
            .slotBits(16)
            .bound(new Bound(FACTOR, MARGIN))
            .build();
    PlacementView view = placement.update(Members.equal(MEMBERS));
    var random = new SplittableRandom(99);
    long[] leases = new long[MEMBERS * mean];
    for (int i = 0; i < leases.length; i++) {
      leases[i] = view.tryReserve(keys.getAsLong(), 1, Eligible.ALL);
    }
    int first = 0;
    double peak = 0;
    for (int step = 0; step < WARM_UP + STEPS; step++) {
      int ended = random.nextInt(leases.length);
      placement.release(leases[ended]);
      long key = keys.getAsLong();
      leases[ended] = view.tryReserve(key, 1, Eligible.ALL);
      Member placed = placement.memberOf(leases[ended]);
      if (step >= WARM_UP) {
        first += placed.id().equals(view.member(view.first(key)).id()) ? 1 : 0;
        peak = Math.max(peak, inFlight.tokensOf(placed.id()) / (double) mean);
      }
    }
    return new Balance(first / (double) STEPS, peak);
  }
}
