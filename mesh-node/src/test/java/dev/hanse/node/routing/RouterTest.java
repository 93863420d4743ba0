package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.EDGE;
import static dev.hanse.node.routing.SampleMesh.EU;
import static dev.hanse.node.routing.SampleMesh.MODEL;
import static dev.hanse.node.routing.SampleMesh.NOW;
import static dev.hanse.node.routing.SampleMesh.US;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.settings;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Role;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RouterTest {
  private static final String LONG_PROMPT = "the quick brown fox ".repeat(200);

  private static Route.Leased leased(Route route) {
    assertThat(route).isInstanceOf(Route.Leased.class);
    return (Route.Leased) route;
  }

  private static Route.Refused refused(Route route) {
    assertThat(route).isInstanceOf(Route.Refused.class);
    return (Route.Refused) route;
  }

  private static NodeId chosen(Route route) {
    return leased(route).placed().node().id();
  }

  private static Constraints maxPrice(long input, long output) {
    return new Constraints(
        OptionalLong.of(input),
        OptionalLong.of(output),
        Set.of(),
        Optional.empty(),
        AttestationDemand.NONE,
        Set.of());
  }

  @Test
  void placesOnTheOneNodeAndSaysWhy() {
    Router router = router(snapshot(node("acme.gpu-1")));

    Route.Leased leased = leased(router.route(request("hi"), Exclusions.NONE));

    assertThat(leased.placed().node().id()).isEqualTo(NodeId.parse("acme.gpu-1"));
    assertThat(leased.placed().price().inputMicrosPerMtok()).isEqualTo(1_000_000);
    assertThat(leased.placed().reason()).isEqualTo("ring 1st");
    assertThat(router.reservedTokens(NodeId.parse("acme.gpu-1")))
        .isEqualTo(leased.lease().tokens());
  }

  @Test
  void namesWhatItExcludedInTheReason() {
    Router router =
        router(
            snapshot(
                node("acme.gpu-1"),
                node("acme.gpu-2").price(9_000_000, 9_000_000),
                node("acme.gpu-3").state(MemberState.DRAINING)));

    Route.Leased leased =
        leased(router.route(request("hi", maxPrice(2_000_000, 4_000_000)), Exclusions.NONE));

    assertThat(leased.placed().reason())
        .endsWith("2 of 3 excluded: price 1, draining 1")
        .matches("[ -~]+");
  }

  @Test
  void refusesAModelNobodyOffers() {
    Router router = router(snapshot(node("acme.gpu-1").model(new ModelId("other"))));

    Route.Refused refused = refused(router.route(request("hi"), Exclusions.NONE));

    assertThat(refused.reason()).isEqualTo(Route.Reason.MODEL_UNKNOWN);
    assertThat(refused.retryAfter()).isZero();
  }

  @Test
  void refusesEverythingBeforeTheFirstView() {
    Router router = new Router(settings(), () -> NOW);

    assertThat(refused(router.route(request("hi"), Exclusions.NONE)).reason())
        .isEqualTo(Route.Reason.MODEL_UNKNOWN);
  }

  @Test
  void refusesAnOperationNobodyOffers() {
    assertRefused(
        node("acme.gpu-1").operations(Set.of(Operation.EMBEDDING)),
        Constraints.NONE,
        Route.Reason.NONE_ELIGIBLE,
        "operation 1");
  }

  @Test
  void refusesAPriceAboveTheLimitOnEitherSide() {
    SampleMesh.Draft node = node("acme.gpu-1").price(2_000_000, 4_000_000);

    assertRefused(node, maxPrice(1_999_999, 4_000_000), Route.Reason.NONE_ELIGIBLE, "price 1");
    assertRefused(node, maxPrice(2_000_000, 3_999_999), Route.Reason.NONE_ELIGIBLE, "price 1");
    assertThat(
            router(snapshot(node))
                .route(request("hi", maxPrice(2_000_000, 4_000_000)), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  @Test
  void refusesAnotherRegionOrResidency() {
    SampleMesh.Draft node = node("acme.gpu-1").region(US);

    assertRefused(node, in(Set.of(EU), ""), Route.Reason.NONE_ELIGIBLE, "region 1");
    assertRefused(node, in(Set.of(), "eu"), Route.Reason.NONE_ELIGIBLE, "residency 1");
    assertThat(router(snapshot(node)).route(request("hi", in(Set.of(US), "us")), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  private static Constraints in(Set<dev.hanse.api.RegionId> regions, String residency) {
    return new Constraints(
        OptionalLong.empty(),
        OptionalLong.empty(),
        regions,
        residency.isEmpty() ? Optional.empty() : Optional.of(residency),
        AttestationDemand.NONE,
        Set.of());
  }

  @Test
  void refusesResidencyWhereTheRegionIsUnknown() {
    SampleMesh.Draft node = node("acme.gpu-1").region(new dev.hanse.api.RegionId("ap-south"));

    assertRefused(node, in(Set.of(), "eu"), Route.Reason.NONE_ELIGIBLE, "residency 1");
  }

  @Test
  void refusesAttestationByAnotherTechnologyThanAsked() {
    Constraints snp = Constraints.NONE.and(AttestationDemand.by(Set.of("sev-snp", "intel-tdx")));

    assertRefused(node("acme.gpu-1"), snp, Route.Reason.NONE_ELIGIBLE, "attestation technology 1");
    assertThat(
            router(snapshot(node("acme.gpu-1").technology("sev-snp")))
                .route(request("hi", snp), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  @Test
  void refusesWeakerAttestationThanAsked() {
    Constraints tee =
        new Constraints(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Set.of(),
            Optional.empty(),
            AttestationDemand.atLeast(AttestationLevel.TEE),
            Set.of());

    assertRefused(
        node("acme.gpu-1").level(AttestationLevel.TPM),
        tee,
        Route.Reason.NONE_ELIGIBLE,
        "attestation 1");
    assertThat(
            router(snapshot(node("acme.gpu-1").level(AttestationLevel.TEE)))
                .route(request("hi", tee), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  @Test
  void refusesNodesThatAreNotOnTheList() {
    Constraints other =
        new Constraints(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Set.of(),
            Optional.empty(),
            AttestationDemand.NONE,
            Set.of(NodeId.parse("acme.gpu-9")));

    assertRefused(node("acme.gpu-1"), other, Route.Reason.NONE_ELIGIBLE, "node 1");
  }

  @Test
  void refusesExpiredEvidenceAtTheInstantItExpires() {
    assertRefused(
        node("acme.gpu-1").attestedUntil(NOW),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "attestation expired 1");
  }

  @Test
  void refusesMembersThatDrainOrAreUnhealthyOrRunNothing() {
    assertRefused(
        node("acme.gpu-1").state(MemberState.DRAINING),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "draining 1");
    assertRefused(
        node("acme.gpu-1").state(MemberState.UNHEALTHY),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "unhealthy 1");
    assertRefused(
        node("acme.gpu-1").roles(Set.of(Role.EDGE)),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "role 1");
    assertRefused(
        node("acme.gpu-1").workTokens(0),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "no capacity 1");
  }

  @Test
  void onlyThisNodeItselfNeedsNoAddress() {
    assertRefused(
        node("acme.gpu-1").address(Endpoint.NONE),
        Constraints.NONE,
        Route.Reason.UNAVAILABLE,
        "no address 1");
    assertThat(
            router(snapshot(node(EDGE.toString()).address(Endpoint.NONE)))
                .route(request("hi"), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  @Test
  void refusesAPromptLongerThanEveryContext() {
    Router router = router(snapshot(node("acme.gpu-1").contextTokens(100)));

    assertThat(refused(router.route(request("x".repeat(400)), Exclusions.NONE)).reason())
        .isEqualTo(Route.Reason.CONTEXT_TOO_LONG);
    assertThat(router.route(request("x".repeat(396)), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  @Test
  void leavesOutWhatEarlierAttemptsRuledOut() {
    Router router = router(snapshot(node("acme.gpu-1"), node("acme.gpu-2").contextTokens(65_536)));
    NodeId first = NodeId.parse("acme.gpu-1");
    NodeId second = NodeId.parse("acme.gpu-2");

    assertThat(chosen(router.route(request("hi"), new Exclusions(Set.of(first), 0))))
        .isEqualTo(second);
    assertThat(chosen(router.route(request("hi"), new Exclusions(Set.of(), 32_768))))
        .isEqualTo(second);
    assertThat(
            refused(router.route(request("hi"), new Exclusions(Set.of(first, second), 0))).detail())
        .isEqualTo("2 of 2 excluded: failed before 2");
  }

  @Test
  void staysInTheHomeRegionUntilItIsFull() {
    Router router =
        router(snapshot(node("acme.home").workTokens(1_000), node("acme.away").region(US)));

    Route.Leased first = leased(router.route(request("one"), Exclusions.NONE));
    Route.Leased second = leased(router.route(request("two"), Exclusions.NONE));
    Route.Leased third = leased(router.route(request("three"), Exclusions.NONE));
    Route.Leased spilled = leased(router.route(request("four"), Exclusions.NONE));

    assertThat(first.placed().node().region()).isEqualTo(EU);
    assertThat(second.placed().node().region()).isEqualTo(EU);
    assertThat(third.placed().node().region()).isEqualTo(EU);
    assertThat(spilled.placed().node().region()).isEqualTo(US);
    assertThat(spilled.placed().reason()).contains("spilled from eu-west");
  }

  @Test
  void refusesWhenEveryNodeIsAtItsCap() {
    Router router = router(snapshot(node("acme.gpu-1").workTokens(500)));
    leased(router.route(request("one"), Exclusions.NONE));
    leased(router.route(request("two"), Exclusions.NONE));

    Route.Refused refused = refused(router.route(request("three"), Exclusions.NONE));

    assertThat(refused.reason()).isEqualTo(Route.Reason.FULL);
    assertThat(refused.retryAfter()).isEqualTo(settings().retryWhenFull());
  }

  @Test
  void aRequestLargerThanEveryNodeStillFindsRoomOnAnIdleOne() {
    Router router = router(snapshot(node("acme.gpu-1").workTokens(1_000).contextTokens(100_000)));

    Route.Leased leased = leased(router.route(request("x".repeat(40_000)), Exclusions.NONE));

    assertThat(leased.lease().tokens()).isEqualTo(500);
  }

  @Test
  void releasesExactlyOnce() {
    Router router = router(snapshot(node("acme.gpu-1")));
    Route.Leased leased = leased(router.route(request("hi"), Exclusions.NONE));

    assertThat(leased.lease().release()).isTrue();
    assertThat(leased.lease().release()).isFalse();
    assertThat(router.reservedTokens(NodeId.parse("acme.gpu-1"))).isZero();
  }

  @Test
  void holdsOnlyTheDecodeOnceTheAnswerHasStarted() {
    Router router = router(snapshot(node("acme.gpu-1")));
    Route.Leased leased = leased(router.route(request(LONG_PROMPT), Exclusions.NONE));
    assertThat(leased.lease().tokens()).isEqualTo(LONG_PROMPT.length() / 4 + 256);

    leased.lease().started();

    assertThat(router.reservedTokens(NodeId.parse("acme.gpu-1"))).isEqualTo(256);
  }

  @Test
  void aGrowingConversationReturnsToTheNodeThatHoldsItsPrefix() {
    Router router = router(snapshot(node("acme.gpu-1"), node("acme.gpu-2"), node("acme.gpu-3")));
    Route.Leased first = leased(router.route(request(LONG_PROMPT), Exclusions.NONE));
    first.lease().started();
    first.lease().release();

    Route.Leased second =
        leased(router.route(request(LONG_PROMPT + "and so on".repeat(100)), Exclusions.NONE));

    assertThat(second.placed().node().id()).isEqualTo(first.placed().node().id());
    assertThat(second.placed().reason()).startsWith("prefix-match 15/19 blocks; ");
    assertThat(second.lease().tokens()).isLessThan(second.placed().node().capacity().workTokens());
    assertThat(second.lease().tokens()).isLessThan(256 + 4_900 / 4 / 2);
  }

  @Test
  void aRestartedNodeHoldsNothing() {
    Router router = router(snapshot(node("acme.gpu-1")));
    Route.Leased first = leased(router.route(request(LONG_PROMPT), Exclusions.NONE));
    first.lease().started();
    first.lease().release();

    router.update(snapshot(node("acme.gpu-1").incarnation(2)));

    assertThat(leased(router.route(request(LONG_PROMPT), Exclusions.NONE)).placed().reason())
        .isEqualTo("ring 1st");
  }

  @Test
  void thePrefixNeverOverrulesAFilter() {
    Router router = router(snapshot(node("acme.gpu-1"), node("acme.gpu-2")));
    Route.Leased first = leased(router.route(request(LONG_PROMPT), Exclusions.NONE));
    first.lease().started();
    NodeId holder = first.placed().node().id();

    Route second = router.route(request(LONG_PROMPT), new Exclusions(Set.of(holder), 0));

    assertThat(chosen(second)).isNotEqualTo(holder);
  }

  @Test
  void aNodeBusyWithOthersWorkIsFullByItsOwnBeat() {
    Router router =
        router(snapshot(node("acme.gpu-1").workTokens(1_000).load(new Load(1, 900, 3, 0, 0, 0))));

    assertThat(refused(router.route(request("hi"), Exclusions.NONE)).reason())
        .isEqualTo(Route.Reason.FULL);

    router.update(snapshot(node("acme.gpu-1").workTokens(1_000).load(new Load(2, 0, 0, 0, 0, 0))));

    assertThat(router.route(request("hi"), Exclusions.NONE)).isInstanceOf(Route.Leased.class);
  }

  @Test
  void ejectsANodeThatKeepsFailingButNeverTheOnlyOne() {
    Router alone = router(snapshot(node("acme.gpu-1")));
    Router two = router(snapshot(node("acme.gpu-1"), node("acme.gpu-2")));
    NodeId failing = NodeId.parse("acme.gpu-1");
    for (int i = 0; i < 5; i++) {
      alone.failed(failing);
      two.failed(failing);
    }

    assertThat(chosen(alone.route(request("hi"), Exclusions.NONE))).isEqualTo(failing);
    for (int i = 0; i < 20; i++) {
      assertThat(chosen(two.route(request("hi " + i), Exclusions.NONE))).isNotEqualTo(failing);
    }
  }

  @Test
  void keepsThePauseANodeAskedForEvenIfItIsTheOnlyOne() {
    Router router = router(snapshot(node("acme.gpu-1")));
    router.paused(NodeId.parse("acme.gpu-1"), Duration.ofSeconds(7));

    Route.Refused refused = refused(router.route(request("hi"), Exclusions.NONE));

    assertThat(refused.reason()).isEqualTo(Route.Reason.UNAVAILABLE);
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void listsTheModelsOfTheView() {
    Router router = router(snapshot(node("acme.gpu-1"), node("b.gpu").model(new ModelId("a"))));

    assertThat(router.view().models()).containsExactly(new ModelId("a"), MODEL);
  }

  private static void assertRefused(
      SampleMesh.Draft node, Constraints constraints, Route.Reason reason, String why) {
    Route.Refused refused =
        refused(router(snapshot(node)).route(request("hi", constraints), Exclusions.NONE));

    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused.detail()).isEqualTo("1 of 1 excluded: " + why);
  }
}
