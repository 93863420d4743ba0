package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.EU;
import static dev.hanse.node.routing.SampleMesh.US;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.DataPolicy;
import dev.hanse.api.Load;
import dev.hanse.api.NodeId;
import dev.hanse.node.routing.ProviderLimits.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ProviderLimitsTest {
  private static Set<Party> parties(String... names) {
    return Set.copyOf(Stream.of(names).map(Party::parse).toList());
  }

  private static Constraints with(ProviderLimits limits) {
    return Constraints.NONE.with(limits);
  }

  private static Constraints only(String... names) {
    return with(
        new ProviderLimits(
            parties(names), Set.of(), List.of(), true, Set.of(), false, Optional.empty()));
  }

  private static Constraints ignoring(String... names) {
    return with(
        new ProviderLimits(
            Set.of(), parties(names), List.of(), true, Set.of(), false, Optional.empty()));
  }

  private static Constraints ordered(boolean fallbacks, String... names) {
    List<Party> order = Stream.of(names).map(Party::parse).toList();
    return with(
        new ProviderLimits(
            Set.of(), Set.of(), order, fallbacks, Set.of(), false, Optional.empty()));
  }

  private static Constraints quantized(String... names) {
    return with(
        new ProviderLimits(
            Set.of(), Set.of(), List.of(), true, Set.of(names), false, Optional.empty()));
  }

  private static Constraints sorted(Sort sort) {
    return with(
        new ProviderLimits(
            Set.of(), Set.of(), List.of(), true, Set.of(), false, Optional.of(sort)));
  }

  private static final Constraints NO_COLLECTION =
      with(
          new ProviderLimits(
              Set.of(), Set.of(), List.of(), true, Set.of(), true, Optional.empty()));

  private static Placed placed(Route route) {
    assertThat(route).isInstanceOf(Route.Leased.class);
    return ((Route.Leased) route).placed();
  }

  private static void assertRefused(SampleMesh.Draft node, Constraints limits, String detail) {
    Route route = router(snapshot(node)).route(request("hi", limits), Exclusions.NONE);

    assertThat(route)
        .isInstanceOfSatisfying(
            Route.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Route.Reason.NONE_ELIGIBLE);
              assertThat(refused.detail()).isEqualTo("1 of 1 excluded: " + detail);
            });
  }

  private static void assertTaken(SampleMesh.Draft node, Constraints limits) {
    assertThat(router(snapshot(node)).route(request("hi", limits), Exclusions.NONE))
        .isInstanceOf(Route.Leased.class);
  }

  /** Where each of many prompts went, nothing being given back. */
  private static List<String> taken(Router router, Constraints limits, int requests) {
    List<String> nodes = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      nodes.add(
          placed(router.route(request("prompt " + i, limits), Exclusions.NONE))
              .node()
              .id()
              .toString());
    }
    return nodes;
  }

  @Test
  void readsAPartyAsAProviderOrANode() {
    assertThat(Party.parse("acme").names(NodeId.parse("acme.gpu-1"))).isTrue();
    assertThat(Party.parse("acme").names(NodeId.parse("acme-2.gpu-1"))).isFalse();
    assertThat(Party.parse("acme.gpu-1").names(NodeId.parse("acme.gpu-1"))).isTrue();
    assertThat(Party.parse("acme.gpu-1").names(NodeId.parse("acme.gpu-2"))).isFalse();
    assertThat(Party.parse("acme.gpu-1")).hasToString("acme.gpu-1");
    for (String bad : List.of("", "Acme", "acme/turbo", "acme.", ".gpu", "a.b.c")) {
      assertThatThrownBy(() -> Party.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void keepsToThoseNamedByOnly() {
    SampleMesh.Draft node = node("acme.gpu-1");

    assertTaken(node, only("acme"));
    assertTaken(node, only("other", "acme.gpu-1"));
    assertRefused(node, only("other"), "only 1");
    assertRefused(node, only("acme.gpu-2"), "only 1");
  }

  @Test
  void keepsAwayFromThoseIgnored() {
    SampleMesh.Draft node = node("acme.gpu-1");

    assertTaken(node, ignoring("other", "acme.gpu-2"));
    assertRefused(node, ignoring("acme"), "ignore 1");
    assertRefused(node, ignoring("acme.gpu-1"), "ignore 1");
  }

  @Test
  void keepsToTheQuantizationsNamed() {
    assertTaken(node("acme.gpu-1").quantization("fp8"), quantized("bf16", "fp8"));
    assertTaken(node("acme.gpu-1"), quantized("unspecified"));
    assertRefused(node("acme.gpu-1").quantization("int4"), quantized("fp8"), "quantization 1");
    assertRefused(node("acme.gpu-1"), quantized("fp8"), "quantization 1");
  }

  @Test
  void keepsAwayFromThoseThatCollect() {
    assertTaken(node("acme.gpu-1"), NO_COLLECTION);
    assertTaken(node("acme.gpu-1").policy(new DataPolicy(true, true)), Constraints.NONE);
    assertRefused(
        node("acme.gpu-1").policy(new DataPolicy(true, false)), NO_COLLECTION, "data collection 1");
    assertRefused(
        node("acme.gpu-1").policy(new DataPolicy(false, true)), NO_COLLECTION, "data collection 1");
  }

  @Test
  void asksThoseInOrderFirstAndOthersOnlyAsFallbacks() {
    Router router = router(snapshot(node("a.gpu-1"), node("b.gpu-1"), node("c.gpu-1").region(US)));

    Placed first = placed(router.route(request("hi", ordered(true, "c", "b")), Exclusions.NONE));
    Placed second =
        placed(
            router.route(
                request("hi", ordered(true, "c", "b")),
                new Exclusions(Set.of(NodeId.parse("c.gpu-1")), 0)));
    Placed third =
        placed(
            router.route(
                request("hi", ordered(true, "c", "b")),
                new Exclusions(Set.of(NodeId.parse("c.gpu-1"), NodeId.parse("b.gpu-1")), 0)));

    assertThat(first.node().id()).hasToString("c.gpu-1");
    assertThat(first.reason()).isEqualTo("order c; 1 of 3; spilled from eu-west");
    assertThat(second.node().id()).hasToString("b.gpu-1");
    assertThat(third.node().id()).hasToString("a.gpu-1");
  }

  @Test
  void withoutFallbacksTheOrderIsAlsoALimit() {
    assertTaken(node("acme.gpu-1"), ordered(false, "acme"));
    assertRefused(node("acme.gpu-1"), ordered(false, "other"), "order without fallbacks 1");
  }

  @Test
  void sortsByWhatTheRequestWillCost() {
    // "hi" is one token in and 256 out: the output price decides.
    Router router =
        router(
            snapshot(
                node("a.gpu-1").price(100_000, 3_000_000),
                node("b.gpu-1").price(3_000_000, 100_000),
                node("c.gpu-1").price(1_000_000, 1_000_000)));

    Placed cheapest = placed(router.route(request("hi", sorted(Sort.PRICE)), Exclusions.NONE));

    assertThat(cheapest.node().id()).hasToString("b.gpu-1");
    assertThat(cheapest.reason()).isEqualTo("sort price; 1 of 3");
  }

  @Test
  void sortsByTheTimeToFirstTokenThatBeatsMeasured() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").load(new Load(1, 0, 0, 0, 0, 300)),
                node("b.gpu-1").load(new Load(1, 0, 0, 0, 0, 90)),
                node("c.gpu-1")));

    assertThat(
            placed(router.route(request("hi", sorted(Sort.LATENCY)), Exclusions.NONE)).node().id())
        .hasToString("b.gpu-1");
  }

  @Test
  void estimatesTheFirstTokenOfANodeThatHasServedNothing() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").load(new Load(1, 0, 0, 0, 0, 300)),
                node("b.gpu-1").rates(100_000, 1),
                node("c.gpu-1")));

    assertThat(
            placed(router.route(request("hi", sorted(Sort.LATENCY)), Exclusions.NONE)).node().id())
        .hasToString("b.gpu-1");
  }

  @Test
  void sortsByTheDecodeRate() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").rates(1, 900),
                node("b.gpu-1").region(US).rates(1, 2500),
                node("c.gpu-1")));

    assertThat(
            placed(router.route(request("hi", sorted(Sort.THROUGHPUT)), Exclusions.NONE))
                .node()
                .id())
        .hasToString("b.gpu-1");
  }

  @Test
  void aSortedRequestStillKeepsToTheBoundAndThenToTheCap() {
    // Each request is 257 to 259 tokens; a bound is at most its share and 16384 tokens.
    Router router =
        router(
            snapshot(
                node("a.gpu-1").price(1, 1).workTokens(30_000),
                node("b.gpu-1").price(9_000_000, 9_000_000).workTokens(30_000)));

    List<String> nodes = taken(router, sorted(Sort.PRICE), 220);

    assertThat(nodes.subList(0, 30)).containsOnly("a.gpu-1");
    assertThat(nodes).contains("b.gpu-1");
    assertThat(router.reservedTokens(NodeId.parse("a.gpu-1"))).isLessThanOrEqualTo(30_000);
    assertThat(router.reservedTokens(NodeId.parse("b.gpu-1"))).isLessThanOrEqualTo(30_000);
    while (router.route(request("more", sorted(Sort.PRICE)), Exclusions.NONE)
        instanceof Route.Leased) {}
    assertThat(router.route(request("more", sorted(Sort.PRICE)), Exclusions.NONE))
        .isInstanceOfSatisfying(
            Route.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(Route.Reason.FULL));
    assertThat(router.reservedTokens(NodeId.parse("a.gpu-1"))).isBetween(29_700L, 30_000L);
  }

  @Test
  void aSortedRequestLeavesOutWhatFailedAndWhatIsDear() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").price(1, 1),
                node("b.gpu-1").price(2, 2),
                node("c.gpu-1").region(EU).price(3, 3)));

    Route route =
        router.route(
            request("hi", sorted(Sort.PRICE)), new Exclusions(Set.of(NodeId.parse("a.gpu-1")), 0));

    assertThat(placed(route).node().id()).hasToString("b.gpu-1");
    assertThat(placed(route).reason())
        .isEqualTo("sort price; 1 of 2; 1 of 3 excluded: failed before 1");
  }
}
