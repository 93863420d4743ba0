package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FairShareTest {
  private static final Bound NO_MARGIN = new Bound(1.25, 0);

  private static BoundedLoadPlacement of(FairShare fairShare, Bound bound, List<Member> members) {
    BoundedLoadPlacement placement =
        BoundedLoadPlacement.builder().slotBits(10).bound(bound).fairShare(fairShare).build();
    placement.update(members);
    return placement;
  }

  private static Map<String, Long> loadsAfter(BoundedLoadPlacement placement, int requests) {
    SplittableRandom keys = new SplittableRandom(1);
    for (int i = 0; i < requests; i++) {
      assertThat(placement.view().tryReserve(keys.nextLong(), 100, Eligible.ALL)).isNotNegative();
    }
    Map<String, Long> loads = new HashMap<>();
    placement.snapshot().members().forEach(m -> loads.put(m.member().id(), m.ownTokens()));
    return loads;
  }

  @Test
  void aCheapMemberHoldsNoMoreThanItsCapacityMakesFair() {
    var members =
        List.of(new Member("cheap", "z", 64, 1_000_000), new Member("dear", "z", 1, 1_000_000));

    var byWeight = loadsAfter(of(FairShare.WEIGHT, NO_MARGIN, members), 1000);
    var byCapacity = loadsAfter(of(FairShare.CAPACITY, NO_MARGIN, members), 1000);

    assertThat(byWeight.get("cheap")).isGreaterThan(95_000);
    assertThat(byCapacity.get("cheap")).isBetween(62_000L, 62_600L);
  }

  @Test
  void aCheapMemberIsStillWhomKeysPreferWithinTheMargin() {
    var members =
        List.of(new Member("cheap", "z", 64, 1_000_000), new Member("dear", "z", 1, 1_000_000));

    var loads = loadsAfter(of(FairShare.CAPACITY, Bound.DEFAULT, members), 100);

    assertThat(loads.get("cheap")).isGreaterThan(9_000);
  }

  @Seeds(tries = 100)
  void boundsHoldByCapacityAndNobodyIsRefusedWhileThereIsRoom(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Member> members = new ArrayList<>();
    for (Member member : Members.random(random, 30)) {
      members.add(new Member(member.id(), "z", member.weight(), random.nextLong(50_000, 500_000)));
    }
    double caps = members.stream().mapToDouble(m -> (double) m.hardCapTokens()).sum();
    Bound bound = new Bound(1.1 + random.nextDouble(), random.nextLong(0, 5000));
    var placement = of(FairShare.CAPACITY, bound, members);
    Map<String, Long> loads = new HashMap<>();
    long total = 0;

    for (int i = 0; i < 300; i++) {
      long tokens = random.nextLong(1, 2000);
      long lease = placement.view().tryReserve(random.nextLong(), tokens, Eligible.ALL);
      boolean fits =
          members.stream()
              .anyMatch(m -> m.hardCapTokens() - loads.getOrDefault(m.id(), 0L) >= tokens);
      assertThat(lease >= 0).isEqualTo(fits);
      if (lease >= 0) {
        Member chosen = placement.memberOf(lease);
        boolean nobodyIsFull =
            members.stream()
                .allMatch(m -> m.hardCapTokens() - loads.getOrDefault(m.id(), 0L) >= tokens);
        double fair = chosen.hardCapTokens() / caps * (total + tokens);
        double size = chosen.hardCapTokens() / caps * members.size();
        double soft =
            Math.max(bound.factor() * fair, fair + 1 + bound.marginTokens() * Math.min(1, size));
        if (nobodyIsFull) {
          assertThat((double) loads.getOrDefault(chosen.id(), 0L)).isLessThan(soft + 2);
        }
        loads.merge(chosen.id(), tokens, Long::sum);
        total += tokens;
      }
    }
  }

  @Test
  void aRaisedBoundAdmitsThatMuchMoreAndNeverPassesTheHardCap() {
    var placement = of(FairShare.WEIGHT, new Bound(1.25, 1000), Members.equal(4, 5_000));
    var view = placement.view();
    while (view.tryReserveOn(2, 100) >= 0) {
      // Until it has had its margin.
    }
    long full = placement.snapshot().members().get(2).ownTokens();

    assertThat(Refusal.of(view.tryReserveOn(2, 100))).isEqualTo(Refusal.OVER_BOUND);
    while (view.tryReserveOn(2, 100, 2_000) >= 0) {
      // Until it has had the raise, and what the raise has added to everybody's fair share.
    }
    long raised = placement.snapshot().members().get(2).ownTokens();
    assertThat(raised - full).isBetween(2_000L, 3_000L);

    while (view.tryReserveOn(2, 100, 1_000_000) >= 0) {
      // Until its cap.
    }
    assertThat(placement.snapshot().members().get(2).ownTokens()).isEqualTo(5_000);
    assertThat(Refusal.of(view.tryReserveOn(2, 100, 1_000_000))).isEqualTo(Refusal.FULL);
  }

  @Test
  void refusesARaiseOutOfRange() {
    var view = of(FairShare.WEIGHT, NO_MARGIN, Members.equal(2)).view();

    for (long raise : new long[] {-1, 1L << 31}) {
      assertThatThrownBy(() -> view.tryReserveOn(0, 1, raise))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
