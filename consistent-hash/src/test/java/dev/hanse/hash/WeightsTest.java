package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hanse.hash.RefusedMembership.Reason;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WeightsTest {
  private static final Weights WEIGHTS = Weights.DEFAULT;

  @Test
  void fallsWithTheFourthPowerOfTheCostWithinAClamp() {
    assertThat(WEIGHTS.weight(100, 1, 1)).isEqualTo(100);
    assertThat(WEIGHTS.weight(100, 1, 2)).isEqualTo(100.0 / 16);
    assertThat(WEIGHTS.weight(100, 2, 1)).isEqualTo(1600);
    assertThat(WEIGHTS.weight(64, 1, 1000)).isEqualTo(1);
    assertThat(WEIGHTS.weight(1, 1000, 1)).isEqualTo(64);
  }

  @Test
  void refusesCostsAndCapacitiesThatAreNone() {
    double[] absurd = {0, -1, Double.NaN, Double.POSITIVE_INFINITY};
    for (double bad : absurd) {
      assertThat(SlotTableTest.reasonOf(() -> WEIGHTS.weight(bad, 1, 1)))
          .isEqualTo(Reason.CAPACITY_OUT_OF_RANGE);
      assertThat(SlotTableTest.reasonOf(() -> WEIGHTS.weight(1, bad, 1)))
          .isEqualTo(Reason.WEIGHT_OUT_OF_RANGE);
      assertThat(SlotTableTest.reasonOf(() -> WEIGHTS.weight(1, 1, bad)))
          .isEqualTo(Reason.WEIGHT_OUT_OF_RANGE);
      assertThatThrownBy(() -> new Weights(bad, 64)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Weights(4, bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void ignoresAPriceThatFlapsWithinTheHysteresis() {
    var smoother = new WeightSmoother(WEIGHTS);
    double weight = smoother.next("a", 10, 1, 1);
    var random = new SplittableRandom(1);
    long digest = digest(weight);

    for (int epoch = 0; epoch < 100; epoch++) {
      double flapping = smoother.next("a", 10, 1, Math.exp(random.nextDouble(-0.049, 0.049)));

      assertThat(flapping).isEqualTo(weight);
      assertThat(digest(flapping)).isEqualTo(digest);
    }
  }

  private static long digest(double weight) {
    return SlotTable.of(List.of(Members.of("a", weight), Members.of("b", 10)), 1, 10).digest();
  }

  @Test
  void raisesAWeightByAQuarterAnEpochAtMost() {
    var smoother = new WeightSmoother(WEIGHTS);
    double weight = smoother.next("a", 10, 1, 2);

    for (int epoch = 0; epoch < 50; epoch++) {
      double next = smoother.next("a", 10, 1, 1);

      assertThat(next).isBetween(weight, weight * 1.2500001);
      weight = next;
    }

    assertThat(weight).isCloseTo(10, within(1.0));
  }

  @Test
  void lowersAWeightAtOnce() {
    var smoother = new WeightSmoother(WEIGHTS);
    smoother.next("a", 10, 1, 1);

    assertThat(smoother.next("a", 10, 1, 2)).isCloseTo(10.0 / 16, within(0.06));
    assertThat(smoother.next("a", 3, 1, 2)).isCloseTo(3.0 / 16, within(0.02));
  }

  @Test
  void keepsTheLastWeightOverARefusalAndForgetsWhoHasLeft() {
    var smoother = new WeightSmoother(WEIGHTS);
    smoother.next("a", 10, 1, 1);

    assertThatThrownBy(() -> smoother.next("a", 10, 1, 0)).isInstanceOf(RefusedMembership.class);
    assertThat(smoother.next("a", 10, 1, 0.5)).isEqualTo(12.5);

    smoother.retain(Set.of());
    assertThat(smoother.next("a", 10, 1, 0.5)).isEqualTo(160);
  }
}
