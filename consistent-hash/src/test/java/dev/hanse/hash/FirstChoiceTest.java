package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hanse.hash.RefusedMembership.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class FirstChoiceTest {
  private static final int KEYS = 100_000;

  private static double[] shares(FirstChoice hash) {
    double[] shares = new double[hash.members().size()];
    new SplittableRandom(1).longs(KEYS).forEach(key -> shares[hash.first(key)] += 1.0 / KEYS);
    return shares;
  }

  /** Share of the keys that change hands although both their owners are there before and after. */
  private static double needlesslyMoved(FirstChoice before, FirstChoice after, String changed) {
    return new SplittableRandom(2)
            .longs(KEYS)
            .filter(key -> {
              String old = before.members().get(before.first(key)).id();
              String now = after.members().get(after.first(key)).id();
              return !old.equals(now) && !old.equals(changed) && !now.equals(changed);
            })
            .count()
        / (double) KEYS;
  }

  @Test
  void everyKindGivesMembersTheirShares() {
    List<Member> members = List.of(Members.of("a", 1), Members.of("b", 2), Members.of("c", 5));
    double[] fair = {0.125, 0.25, 0.625};

    for (int i = 0; i < fair.length; i++) {
      assertThat(shares(SlotTable.of(members, 3))[i]).isCloseTo(fair[i], within(0.01));
      assertThat(shares(Maglev.of(members, 3))[i]).isCloseTo(fair[i], within(0.01));
      assertThat(shares(Ring.of(members, 3, 256))[i]).isCloseTo(fair[i], within(0.06));
      assertThat(shares(Jump.of(members, 3))[i]).isCloseTo(1.0 / 3, within(0.01));
    }
  }

  @Test
  void aMemberThatLeavesMovesOtherKeysInMaglevOnly() {
    String last = "node19";
    for (var kind : kinds()) {
      var before = kind.apply(membersUpTo(20));
      var after = kind.apply(membersUpTo(19));

      double moved = needlesslyMoved(before, after, last);

      if (before instanceof Maglev) {
        assertThat(moved).isBetween(0.001, 0.1);
      } else {
        assertThat(moved).as(before.getClass().getSimpleName()).isZero();
      }
    }
  }

  private static List<Member> membersUpTo(int count) {
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(Members.of((i < 10 ? "node0" : "node") + i, 1));
    }
    return members;
  }

  private static List<Function<Collection<Member>, FirstChoice>> kinds() {
    return List.of(
        members -> SlotTable.of(members, 3),
        members -> Ring.of(members, 3, 128),
        members -> Maglev.of(members, 3),
        members -> Jump.of(members, 3));
  }

  @Test
  void everyKindRefusesTheSameMemberships() {
    for (var kind : kinds()) {
      assertThat(SlotTableTest.reasonOf(() -> kind.apply(List.of()))).isEqualTo(Reason.EMPTY);
      assertThat(
              SlotTableTest.reasonOf(
                  () -> kind.apply(List.of(Members.of("a", 1), Members.of("a", 2)))))
          .isEqualTo(Reason.DUPLICATE_ID);
    }
    assertThatThrownBy(() -> Ring.of(Members.equal(1), 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
