package dev.hanse.control.membership;

import static dev.hanse.control.membership.Mesh.DAY;
import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.at;
import static dev.hanse.control.membership.Mesh.beat;
import static dev.hanse.control.membership.Mesh.carry;
import static dev.hanse.control.membership.Mesh.join;
import static dev.hanse.control.membership.Mesh.key;
import static dev.hanse.control.membership.Mesh.load;
import static dev.hanse.control.membership.Mesh.member;
import static dev.hanse.control.membership.Mesh.membership;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Load;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FederationFoldTest {
  private final Membership eu = membership(EU);
  private final Membership us = membership(US);

  private RegionUpdate everythingOf(Membership mesh) {
    return switch (mesh.updateAfter(-1)) {
      case Step.Whole<RegionUpdate, RegionUpdate>(var update) -> update;
      case Step.Current<RegionUpdate, RegionUpdate>() -> throw new AssertionError("current");
      case Step.Next<RegionUpdate, RegionUpdate>(var update) -> throw new AssertionError(update);
    };
  }

  private static RegionUpdate partOf(
      RegionUpdate like, long sequence, List<MemberView> members, Map<NodeId, Load> loads) {
    return new RegionUpdate(
        like.region(),
        like.epoch(),
        sequence,
        false,
        members,
        loads,
        Set.of(),
        List.of(),
        like.status(),
        false);
  }

  private RegionStatus statusOfUs() {
    return eu.regions().stream().filter(r -> r.region().equals(US)).findFirst().orElseThrow();
  }

  @Test
  void showsTheMembersOfAnotherRegion() {
    join(us, member(US, "gpu-1", 7), at(0));

    FoldOutcome outcome = eu.fold(everythingOf(us), at(0));

    assertThat(outcome).isEqualTo(new FoldOutcome.Applied());
    Snapshot snapshot = eu.snapshot();
    assertThat(snapshot.members()).extracting(v -> v.member().id()).containsExactly(node("gpu-1"));
    assertThat(snapshot.regions()).extracting(RegionStatus::region).containsExactly(EU, US);
  }

  @Test
  void asksForEverythingAfterAGap() {
    RegionUpdate first = everythingOf(us);
    eu.fold(first, at(0));

    assertThat(eu.fold(partOf(first, first.sequence() + 2, List.of(), Map.of()), at(0)))
        .isEqualTo(new FoldOutcome.Gap());
  }

  @Test
  void asksForEverythingWhenItKnowsNothing() {
    RegionUpdate first = everythingOf(us);

    assertThat(eu.fold(partOf(first, 5, List.of(), Map.of()), at(0)))
        .isEqualTo(new FoldOutcome.Gap());
    assertThat(eu.regions()).hasSize(1);
  }

  @Test
  void ignoresWhatItHeardBefore() {
    RegionUpdate first = everythingOf(us);
    eu.fold(first, at(0));
    RegionUpdate next = partOf(first, first.sequence() + 1, List.of(), Map.of());
    eu.fold(next, at(0));

    assertThat(eu.fold(next, at(100))).isEqualTo(new FoldOutcome.Stale());
    assertThat(eu.fold(first, at(100))).isEqualTo(new FoldOutcome.Stale());
  }

  @Test
  void takesARestartedControlPlanesWordOverItsPredecessors() {
    RegionUpdate old = everythingOf(us);
    eu.fold(old, at(0));
    Membership restarted = membership(US, MembershipTerms.DEFAULT, us.remembered());
    join(restarted, member(US, "gpu-2", 9), at(0));

    assertThat(eu.fold(everythingOf(restarted), at(0))).isEqualTo(new FoldOutcome.Applied());
    assertThat(eu.fold(old, at(0))).isEqualTo(new FoldOutcome.Stale());
    assertThat(eu.find(node("gpu-2"))).isPresent();
  }

  @Test
  void refusesAMemberOfAThirdRegion() {
    RegionUpdate first = everythingOf(us);
    eu.fold(first, at(0));
    MemberView stray = new MemberView(member(new RegionId("ap-south"), "gpu-1", 7), load(1));

    FoldOutcome outcome =
        eu.fold(partOf(first, first.sequence() + 1, List.of(stray), Map.of()), at(0));

    assertThat(outcome).isInstanceOf(FoldOutcome.Refused.class);
    assertThat(eu.find(node("gpu-1"))).isEmpty();
  }

  @Test
  void refusesALoadOfAnUnknownMember() {
    RegionUpdate first = everythingOf(us);
    eu.fold(first, at(0));

    assertThat(
            eu.fold(
                partOf(first, first.sequence() + 1, List.of(), Map.of(node("x"), load(1))), at(0)))
        .isInstanceOf(FoldOutcome.Refused.class);
  }

  @Test
  void refusesASecondControlPlaneOfItsOwnRegion() {
    assertThat(eu.fold(everythingOf(membership(EU)), at(0)))
        .isInstanceOf(FoldOutcome.Refused.class);
  }

  @Test
  void keepsTheMembersOfASilentRegion() {
    join(us, member(US, "gpu-1", 7), at(0));
    eu.fold(everythingOf(us), at(0));

    eu.tick(at(2900));
    assertThat(statusOfUs().health()).isEqualTo(RegionHealth.READY);
    eu.tick(at(3000));

    assertThat(statusOfUs().health()).isEqualTo(RegionHealth.SILENT);
    assertThat(statusOfUs().heardAt()).isEqualTo(DAY);
    assertThat(eu.find(node("gpu-1")).orElseThrow().member().state()).isEqualTo(MemberState.READY);
  }

  @Test
  void forgetsThemInTheEndAndThenNeedsEverything() {
    join(us, member(US, "gpu-1", 7), at(0));
    RegionUpdate first = everythingOf(us);
    eu.fold(first, at(0));

    eu.tick(at(599_900));
    assertThat(eu.find(node("gpu-1"))).isPresent();
    eu.tick(at(600_000));

    assertThat(eu.find(node("gpu-1"))).isEmpty();
    assertThat(eu.fold(partOf(first, first.sequence() + 1, List.of(), Map.of()), at(600_100)))
        .isEqualTo(new FoldOutcome.Gap());
    assertThat(eu.fold(first, at(600_200))).isEqualTo(new FoldOutcome.Applied());
    assertThat(statusOfUs().health()).isEqualTo(RegionHealth.READY);
  }

  @Test
  void takesRemoteMembersOutOfServiceWhenTheirAttestationExpires() {
    join(us, member(US, "gpu-1", 7), at(0));
    eu.fold(everythingOf(us), at(0));

    eu.tick(new Moment(at(100).uptime(), DAY.plusSeconds(3600)));

    assertThat(eu.find(node("gpu-1")).orElseThrow().member().state())
        .isEqualTo(MemberState.UNHEALTHY);
  }

  @Test
  void tellsWhoLeadsTheNodeItCannotDrain() {
    join(us, member(US, "gpu-1", 7), at(0));
    eu.fold(everythingOf(us), at(0));

    assertThat(eu.drain(node("gpu-1"), true, at(0))).isEqualTo(new DrainOutcome.Elsewhere(US));
  }

  @Test
  void givesANodeTwoRegionsClaimToTheFirstInOrder() {
    join(us, member(US, "gpu-1", 7), at(0));
    join(eu, member(EU, "gpu-1", 8), at(0));
    eu.fold(everythingOf(us), at(0));
    us.fold(everythingOf(eu), at(0));

    assertThat(eu.find(node("gpu-1")).orElseThrow().member().region()).isEqualTo(EU);
    assertThat(us.find(node("gpu-1")).orElseThrow().member().region()).isEqualTo(EU);
    assertThat(everythingOf(us).members()).hasSize(1);

    eu.goodbye(node("gpu-1"), 8, at(100));
    us.fold(everythingOf(eu), at(100));
    assertThat(eu.find(node("gpu-1")).orElseThrow().member().region()).isEqualTo(US);
    assertThat(us.find(node("gpu-1")).orElseThrow().member().region()).isEqualTo(US);
  }

  @Test
  void carriesARevocationMadeElsewhereBack() {
    eu.put(key("k1", 1, false));
    carry(eu, us, -1, at(0));

    us.put(key("k1", 2, true));
    carry(us, eu, -1, at(100));

    assertThat(eu.clientKey("k1").orElseThrow().revoked()).isTrue();
  }

  @Test
  void letsRevocationWinATie() {
    eu.put(key("k1", 2, true));
    us.put(key("k1", 2, false));

    carry(us, eu, -1, at(0));
    carry(eu, us, -1, at(0));

    assertThat(eu.clientKey("k1").orElseThrow().revoked()).isTrue();
    assertThat(us.clientKey("k1").orElseThrow().revoked()).isTrue();
  }

  @Test
  void beatsEvenWhenNothingHappens() {
    long held = everythingOf(us).sequence();

    us.tick(at(400));
    assertThat(us.updateAfter(held)).isInstanceOf(Step.Current.class);
    us.tick(at(500));

    assertThat(us.updateAfter(held)).isInstanceOf(Step.Next.class);
  }

  @Test
  void holdsItsAnswersAfterARestartUntilEveryoneCameBack() {
    join(us, member(US, "gpu-1", 7), at(0));
    join(eu, member(EU, "gpu-2", 8), at(0));
    eu.fold(everythingOf(us), at(0));
    Membership restarted = membership(EU, MembershipTerms.DEFAULT, eu.remembered());
    assertThat(restarted.isRebuilt()).isFalse();

    restarted.hello(member(EU, "gpu-2", 8), load(3), at(100));
    restarted.tick(at(100));
    assertThat(restarted.isRebuilt()).isFalse();
    restarted.fold(everythingOf(us), at(200));
    restarted.tick(at(200));

    assertThat(restarted.isRebuilt()).isTrue();
    assertThat(restarted.epoch()).isGreaterThan(eu.epoch());
  }

  @Test
  void answersAfterALeaseEvenIfSomebodyIsGone() {
    join(eu, member(EU, "gpu-1", 8), at(0));
    Membership restarted = membership(EU, MembershipTerms.DEFAULT, eu.remembered());

    restarted.tick(at(2900));
    assertThat(restarted.isRebuilt()).isFalse();
    assertThat(restarted.remembered().members()).containsKey(node("gpu-1"));
    restarted.tick(at(3000));

    assertThat(restarted.isRebuilt()).isTrue();
    assertThat(restarted.remembered().members()).isEmpty();
  }

  @Test
  void remembersDrainsAndAppraisals() {
    join(eu, member(EU, "gpu-1", 8), at(0));
    eu.drain(node("gpu-1"), true, at(0));
    Membership restarted = membership(EU, MembershipTerms.DEFAULT, eu.remembered());

    assertThat(restarted.hello(member(EU, "gpu-1", 8), load(2), at(100)))
        .isEqualTo(new Registration.Granted(true));
    restarted.beat(beat("gpu-1", 8, 3), at(200));
    assertThat(restarted.find(node("gpu-1")).orElseThrow().member().state())
        .isEqualTo(MemberState.DRAINING);
  }
}
