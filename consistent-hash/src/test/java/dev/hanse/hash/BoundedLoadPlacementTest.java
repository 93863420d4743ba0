package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.hash.Explanation.Verdict;
import dev.hanse.hash.RefusedMembership.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BoundedLoadPlacementTest {
  private final InFlight inFlight = new InFlight(4096);

  private BoundedLoadPlacement.Builder small() {
    return BoundedLoadPlacement.builder().inFlight(inFlight).seed(1).slotBits(10);
  }

  private BoundedLoadPlacement of(List<Member> members) {
    var placement = small().build();
    placement.update(members);
    return placement;
  }

  @Test
  void keepsTheLastGoodMembersWhenItRefusesNewOnes() {
    var placement = of(Members.equal(3));
    var good = placement.view();
    var twice = List.of(Members.of("a", 1), Members.of("a", 2));

    assertThat(SlotTableTest.reasonOf(() -> placement.update(List.of()))).isEqualTo(Reason.EMPTY);
    assertThat(SlotTableTest.reasonOf(() -> placement.update(twice)))
        .isEqualTo(Reason.DUPLICATE_ID);

    assertThat(placement.view()).isSameAs(good);
    assertThat(placement.view().tryReserve(1, 10, Eligible.ALL)).isNotNegative();
  }

  @Test
  void refusesOneIdInTwoZones() {
    var placement = small().homeZone("here").build();
    var members = List.of(new Member("a", "here", 1, 10), new Member("a", "there", 1, 10));

    assertThat(SlotTableTest.reasonOf(() -> placement.update(members)))
        .isEqualTo(Reason.DUPLICATE_ID);
    assertThat(placement.isReady()).isFalse();
    assertThatThrownBy(placement::view).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void saysThatNobodyIsEligible() {
    long refused = of(Members.equal(20)).view().tryReserve(1, 10, _ -> false);

    assertThat(Refusal.of(refused)).isEqualTo(Refusal.NONE_ELIGIBLE);
  }

  @Test
  void saysThatEveryoneIsFull() {
    var view = of(Members.equal(20, 100)).view();
    for (int i = 0; i < 20; i++) {
      assertThat(view.tryReserve(i, 100, Eligible.ALL)).isNotNegative();
    }

    assertThat(Refusal.of(view.tryReserve(1, 1, Eligible.ALL))).isEqualTo(Refusal.FULL);
  }

  @Test
  void saysThatLeasesHaveRunOutAndLeavesNoTokensBehind() {
    var few = new InFlight(128);
    var placement = BoundedLoadPlacement.builder().inFlight(few).slotBits(10).build();
    var view = placement.update(Members.equal(2));
    for (int i = 0; i < 128; i++) {
      assertThat(view.tryReserveOn(i % 2, 1)).isNotNegative();
    }

    long refused = view.tryReserve(1, 1, Eligible.ALL);

    assertThat(Refusal.of(refused)).isEqualTo(Refusal.LEASES_EXHAUSTED);
    assertThat(few.tokensOf("node0") + few.tokensOf("node1")).isEqualTo(128);
  }

  @Test
  void refusesTokensOutOfRange() {
    var view = of(Members.equal(2)).view();

    for (long tokens : new long[] {0, -1, 1L << 31}) {
      assertThatThrownBy(() -> view.tryReserve(1, tokens, Eligible.ALL))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> view.tryReserveOn(0, tokens))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> view.tryReserveOn(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void keepsAHardCapOverEveryPlacementOfTheAccount() {
    var one = of(Members.equal(1, 100));
    var other = of(Members.equal(1, 100));
    long lease = one.view().tryReserve(1, 60, Eligible.ALL);

    assertThat(Refusal.of(other.view().tryReserve(1, 50, Eligible.ALL))).isEqualTo(Refusal.FULL);
    assertThat(other.release(lease)).isTrue();
    assertThat(other.view().tryReserve(1, 50, Eligible.ALL)).isNotNegative();
  }

  @Test
  void countsWhatOthersHavePutOnAMember() {
    var placement = of(Members.equal(1, 100));
    placement.view().tryReserve(1, 30, Eligible.ALL);

    assertThat(placement.observe("node0", 80)).isTrue();
    assertThat(Refusal.of(placement.view().tryReserve(1, 30, Eligible.ALL)))
        .isEqualTo(Refusal.FULL);

    placement.observe("node0", 30);
    assertThat(placement.view().tryReserve(1, 30, Eligible.ALL)).isNotNegative();
    assertThat(placement.observe("nobody", 1)).isFalse();
  }

  @Test
  void reservesOnANamedMemberUnderTheSameBound() {
    var placement = of(Members.equal(4, 100_000));
    var view = placement.view();
    while (view.tryReserveOn(2, 4_000) >= 0) {
      // Until it has had its margin.
    }

    assertThat(Refusal.of(view.tryReserveOn(2, 4_000))).isEqualTo(Refusal.OVER_BOUND);
    assertThat(inFlight.tokensOf("node2")).isBetween(16_384L, 40_000L);
    assertThat(Refusal.of(view.tryReserveOn(1, 200_000))).isEqualTo(Refusal.FULL);
  }

  @Test
  void adjustsALeaseUpToTheHardCapAndNoFurther() {
    var placement = of(Members.equal(1, 100));
    long lease = placement.view().tryReserve(1, 50, Eligible.ALL);

    assertThat(placement.adjust(lease, 100)).isTrue();
    assertThat(placement.adjust(lease, 101)).isFalse();
    assertThat(inFlight.tokens(lease)).isEqualTo(100);
    assertThat(placement.adjust(lease, 0)).isTrue();
    assertThat(inFlight.tokensOf("node0")).isZero();
    assertThat(placement.release(lease)).isTrue();
    assertThat(placement.release(lease)).isFalse();
    assertThat(inFlight.tokens(lease)).isEqualTo(-1);
    assertThatThrownBy(() -> placement.memberOf(lease)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void takesALateReleaseOfAMemberThatHasLeftAndComeBack() {
    var placement = of(Members.equal(3));
    var view = placement.view();
    long lease = view.tryReserveOn(view.indexOf("node2"), 500);

    placement.update(Members.equal(2));
    assertThat(placement.snapshot().totalTokens()).isZero();
    placement.update(Members.equal(3));
    assertThat(placement.snapshot().totalTokens()).isEqualTo(500);

    assertThat(placement.memberOf(lease).id()).isEqualTo("node2");
    assertThat(placement.release(lease)).isTrue();
    assertThat(placement.snapshot().totalTokens()).isZero();
  }

  @Test
  void aLateReleaseDoesNotCountAgainstTheMembersThatAreLeft() {
    var placement = of(Members.equal(2));
    long late = placement.view().tryReserveOn(1, 500);
    var view = placement.update(Members.equal(1));
    view.tryReserveOn(0, 70);

    placement.release(late);

    assertThat(view.near().tally().total()).isEqualTo(70);
  }

  @Test
  void prefersTheHomeZoneAndLeavesItOnlyWhenItIsFull() {
    var placement = small().homeZone("here").build();
    var view =
        placement.update(
            List.of(
                new Member("a", "there", 100, 1_000_000),
                new Member("b", "here", 1, 100),
                new Member("c", "here", 1, 100)));

    assertThat(view.members()).extracting(Member::id).containsExactly("b", "c", "a");
    for (int i = 0; i < 10; i++) {
      assertThat(placement.memberOf(view.tryReserve(i, 20, Eligible.ALL)).zone()).isEqualTo("here");
    }
    assertThat(placement.memberOf(view.tryReserve(3, 20, Eligible.ALL)).zone()).isEqualTo("there");
    assertThat(Refusal.of(view.tryReserve(3, 20, i -> i < 2))).isEqualTo(Refusal.FULL);
  }

  @Test
  void leavesTheHomeZoneEarlierWhenToldTo() {
    var placement = small().homeZone("here").spillAbove(0.5).build();
    var view =
        placement.update(
            List.of(new Member("far", "there", 1, 1000), new Member("near", "here", 1, 1000)));

    for (int i = 0; i < 10; i++) {
      view.tryReserve(i, 100, Eligible.ALL);
    }

    assertThat(inFlight.tokensOf("near")).isEqualTo(500);
    assertThat(inFlight.tokensOf("far")).isEqualTo(500);
  }

  @Test
  void usesOtherZonesWhenTheHomeZoneHasNoMember() {
    var placement = small().homeZone("here").build();
    placement.update(List.of(new Member("here1", "here", 1, 100)));

    var view = placement.update(List.of(new Member("far", "there", 1, 100)));

    assertThat(placement.memberOf(view.tryReserve(1, 1, Eligible.ALL)).id()).isEqualTo("far");
    assertThat(placement.snapshot().members().getFirst().local()).isFalse();
  }

  @Test
  void spreadsAHotKeyOverItsPreferencesAndBringsItBack() {
    var placement =
        BoundedLoadPlacement.builder().seed(1).slotBits(10).bound(new Bound(1.25, 50)).build();
    var view = placement.update(Members.equal(10));
    var random = new SplittableRandom(1);
    var leases = new ArrayList<Long>();
    var hot = new HashMap<String, Integer>();

    for (int i = 0; i < 40_000; i++) {
      boolean isHot = random.nextInt(10) < 3;
      long lease = view.tryReserve(isHot ? 77 : random.nextLong(), 10, Eligible.ALL);
      if (isHot && i > 20_000) {
        hot.merge(placement.memberOf(lease).id(), 1, Integer::sum);
      }
      leases.add(lease);
      if (leases.size() > 200) {
        placement.release(leases.remove(random.nextInt(leases.size())));
      }
    }
    assertThat(view.explain(77, 10, Eligible.ALL).hotWays()).isBetween(2, 4);
    assertThat(hot.values()).filteredOn(count -> count > 1000).hasSizeBetween(2, 4);

    for (int i = 0; i < 40_000; i++) {
      placement.release(view.tryReserve(random.nextLong(), 10, Eligible.ALL));
    }
    assertThat(view.explain(77, 10, Eligible.ALL).hotWays()).isOne();
  }

  @Test
  void explainsEveryStep() {
    var placement = small().homeZone("here").build();
    var members = new ArrayList<Member>();
    for (int i = 0; i < 3; i++) {
      members.add(new Member("here" + i, "here", 1, 100_000));
    }
    members.add(new Member("there", "there", 1, 10));
    var view = placement.update(members);
    int barred = view.preference(5, 0);
    int loaded = view.preference(5, 1);
    while (view.tryReserveOn(loaded, 1000) >= 0) {
      // Until it is over its bound.
    }

    var explanation = view.explain(5, 50, i -> i != barred);

    assertThat(explanation.steps())
        .extracting(Explanation.Step::verdict)
        .containsExactly(
            Verdict.INELIGIBLE, Verdict.OVER_BOUND, Verdict.ADMITS, Verdict.OVER_HARD_CAP);
    assertThat(explanation.steps())
        .extracting(Explanation.Step::local)
        .containsExactly(true, true, true, false);
    assertThat(placement.memberOf(view.tryReserve(5, 50, i -> i != barred)))
        .isEqualTo(explanation.steps().get(2).member());
  }

  @Test
  void reportsSharesAndLoads() {
    var placement = of(List.of(Members.of("a", 3), Members.of("b", 1)));
    placement.view().tryReserveOn(0, 100);
    placement.observe("a", 150);

    var snapshot = placement.snapshot();

    assertThat(snapshot.totalTokens()).isEqualTo(150);
    assertThat(snapshot.leases()).isOne();
    var shares = new HashMap<String, Double>();
    snapshot.members().forEach(m -> shares.put(m.member().id(), m.keyShare()));
    assertThat(shares.get("a")).isBetween(0.68, 0.82);
    assertThat(shares).containsOnlyKeys(Map.of("a", 1, "b", 1).keySet());
    assertThat(snapshot.members().getFirst().ownTokens()).isEqualTo(100);
    assertThat(snapshot.members().getFirst().otherTokens()).isEqualTo(50);
  }

  @Test
  void namesEveryRefusalByItsCode() {
    for (Refusal refusal : Refusal.values()) {
      assertThat(refusal.code()).isNegative();
      assertThat(Refusal.of(refusal.code())).isEqualTo(refusal);
    }
    assertThatThrownBy(() -> Refusal.of(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Refusal.of(-99)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void reusesThePlacesOfMembersThatHaveLeft() {
    var placement = of(Members.equal(1));
    long first = placement.view().tryReserveOn(0, 1);
    placement.release(first);

    for (int generation = 0; generation < 1000; generation++) {
      placement.update(List.of(Members.of("node" + generation % 7, 1)));
      long lease = placement.view().tryReserveOn(0, 1);
      assertThat(lease).isNotNegative();
      assertThat(placement.release(lease)).isTrue();
      assertThat(placement.release(lease)).isFalse();
      assertThat(placement.release(first)).isFalse();
    }
  }

  @Test
  void aLeaseTakenThroughAnOldViewIsAccountedLikeAnyOther() {
    var placement = of(Members.equal(3));
    var old = placement.view();
    placement.update(Members.equal(1));
    placement.update(Members.equal(1));

    long lease = old.tryReserveOn(2, 70);

    assertThat(placement.memberOf(lease).id()).isEqualTo("node2");
    assertThat(inFlight.tokensOf("node2")).isEqualTo(70);
    assertThat(placement.release(lease)).isTrue();
    assertThat(inFlight.tokensOf("node2")).isZero();
  }

  @Test
  void refusesNumbersThatNeverWereALease() {
    var placement = of(Members.equal(1));

    assertThatThrownBy(() -> placement.release(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> placement.release(1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(placement.release(5)).isFalse();
  }
}
