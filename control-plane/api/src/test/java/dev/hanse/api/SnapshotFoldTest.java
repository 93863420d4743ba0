package dev.hanse.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotFoldTest {
  private static final RegionId REGION = new RegionId("eu-west");
  private static final NodeId ONE = NodeId.parse("acme.one");
  private static final NodeId TWO = NodeId.parse("acme.two");
  private static final Load BUSY = new Load(9, 100, 1, 1, 10, 20);

  @Test
  void addsReplacesAndRemovesMembers() {
    var base = snapshot(1, List.of(view(ONE, MemberState.READY), view(TWO, MemberState.READY)));
    var delta = delta(1, 2, List.of(view(TWO, MemberState.DRAINING)), Map.of(), Set.of(ONE));

    var next = applied(base, delta);

    assertThat(next.version()).isEqualTo(2);
    assertThat(next.members()).containsExactly(view(TWO, MemberState.DRAINING));
  }

  @Test
  void aLoadChangesNothingButTheLoad() {
    var base = snapshot(1, List.of(view(ONE, MemberState.READY), view(TWO, MemberState.READY)));

    var next = applied(base, delta(1, 2, List.of(), Map.of(ONE, BUSY), Set.of()));

    assertThat(next.members())
        .containsExactly(
            new MemberView(view(ONE, MemberState.READY).member(), BUSY),
            view(TWO, MemberState.READY));
  }

  @Test
  void aMemberRemovedAndAddedInOneDeltaIsThere() {
    var base = snapshot(1, List.of(view(ONE, MemberState.DRAINING)));

    var next =
        applied(base, delta(1, 2, List.of(view(ONE, MemberState.READY)), Map.of(), Set.of(ONE)));

    assertThat(next.members()).containsExactly(view(ONE, MemberState.READY));
  }

  @Test
  void theSeedStaysAndIsNotPrinted() {
    var base = snapshot(1, List.of()).withPlacementSeed(0x5eed_5eed_5eedL);

    var next = applied(base, delta(1, 2, List.of(), Map.of(), Set.of()));

    assertThat(next.placementSeed()).isEqualTo(0x5eed_5eed_5eedL);
    assertThat(next.toString()).doesNotContain(Long.toString(0x5eed_5eed_5eedL), "5eed");
  }

  @Test
  void replacesARegionAndKeepsTheOthers() {
    var west = region("eu-west", RegionHealth.READY);
    var east = region("us-east", RegionHealth.READY);
    var silent = region("us-east", RegionHealth.SILENT);
    var base = new Snapshot(7, 1, REGION, List.of(), List.of(west, east), List.of());
    var delta = new Delta(7, 1, 2, List.of(), Map.of(), Set.of(), List.of(silent), List.of());

    assertThat(applied(base, delta).regions()).containsExactly(west, silent);
  }

  @Test
  void aKeyOfALowerRevisionDoesNotComeBack() {
    var revoked = key("k1", true, 4);
    var base = new Snapshot(7, 1, REGION, List.of(), List.of(), List.of(revoked));
    var delta =
        new Delta(
            7,
            1,
            2,
            List.of(),
            Map.of(),
            Set.of(),
            List.of(),
            List.of(key("k1", false, 3), key("k2", false, 1)));

    assertThat(applied(base, delta).keys()).containsExactly(revoked, key("k2", false, 1));
  }

  @Test
  void refusesAnotherEpoch() {
    var delta = new Delta(8, 1, 2, List.of(), Map.of(), Set.of(), List.of(), List.of());

    assertThat(SnapshotFold.apply(snapshot(1, List.of()), delta))
        .isEqualTo(new SnapshotFold.Outcome.Refused("delta is of epoch 8, the view of epoch 7"));
  }

  @Test
  void refusesAGap() {
    assertThat(
            SnapshotFold.apply(snapshot(1, List.of()), delta(2, 3, List.of(), Map.of(), Set.of())))
        .isEqualTo(
            new SnapshotFold.Outcome.Refused(
                "delta starts from version 2, the view is at version 1"));
  }

  @Test
  void refusesToGoBack() {
    assertThat(
            SnapshotFold.apply(snapshot(3, List.of()), delta(3, 2, List.of(), Map.of(), Set.of())))
        .isInstanceOf(SnapshotFold.Outcome.Refused.class);
  }

  @Test
  void refusesTheLoadOfAnUnknownMember() {
    assertThat(
            SnapshotFold.apply(
                snapshot(1, List.of()), delta(1, 2, List.of(), Map.of(ONE, BUSY), Set.of())))
        .isEqualTo(
            new SnapshotFold.Outcome.Refused("delta has a load of acme.one, an unknown member"));
  }

  private static Snapshot applied(Snapshot base, Delta delta) {
    return switch (SnapshotFold.apply(base, delta)) {
      case SnapshotFold.Outcome.Applied(var snapshot) -> snapshot;
      case SnapshotFold.Outcome.Refused(var reason) -> throw new AssertionError(reason);
    };
  }

  private static Snapshot snapshot(long version, List<MemberView> members) {
    return new Snapshot(7, version, REGION, members, List.of(), List.of());
  }

  private static Delta delta(
      long base,
      long version,
      List<MemberView> members,
      Map<NodeId, Load> loads,
      Set<NodeId> removed) {
    return new Delta(7, base, version, members, loads, removed, List.of(), List.of());
  }

  private static MemberView view(NodeId id, MemberState state) {
    return new MemberView(
        new Member(
            id,
            REGION,
            new Endpoint("127.0.0.1", 7443),
            "",
            Set.of(Role.PROVIDER),
            List.of(),
            Capacity.NONE,
            "simulated",
            true,
            DataPolicy.NONE,
            new AttestationSummary(
                "simulated", AttestationLevel.SIMULATED, Instant.EPOCH, Instant.EPOCH),
            state,
            1),
        Load.IDLE);
  }

  private static RegionStatus region(String name, RegionHealth health) {
    return new RegionStatus(
        new RegionId(name), "eu", health, Instant.EPOCH, List.of(), Endpoint.NONE);
  }

  private static ClientKey key(String id, boolean revoked, long revision) {
    return new ClientKey(
        id, "00".repeat(32), "t", Set.of(), 0, 0, Optional.empty(), revoked, revision);
  }
}
