package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.US;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.MemberState;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.node.routing.Explained.Verdict;
import dev.hanse.node.routing.ProviderLimits.Sort;
import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ExplainTest {
  private static final String LONG_PROMPT = "the quick brown fox ".repeat(200);

  @Test
  void listsThePreferencesWithWeightShareAndWhyOthersAreOut() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1")
                    .quote(new Quote(7, new Price(400_000, 40_000, 900_000), 1_000_000_000, 1)),
                node("b.gpu-1").price(9_000_000, 9_000_000),
                node("c.gpu-1").state(MemberState.DRAINING),
                node("d.gpu-1").region(US)));

    Explained told =
        router.explain(
            request(
                "hi",
                new Constraints(
                    OptionalLong.of(2_000_000),
                    OptionalLong.of(4_000_000),
                    Set.of(),
                    Optional.empty(),
                    AttestationDemand.NONE,
                    Set.of())));

    assertThat(told.chosen()).contains(NodeId.parse("a.gpu-1"));
    assertThat(told.outcome())
        .isEqualTo("placed on a.gpu-1 by key; 2 of 4 excluded: price 1, draining 1");
    assertThat(told.steps()).hasSize(4);
    assertThat(told.steps())
        .filteredOn(step -> step.node().equals(NodeId.parse("a.gpu-1")))
        .singleElement()
        .satisfies(step -> {
          assertThat(step.verdict()).isEqualTo(Verdict.CHOSEN);
          assertThat(step.weight()).isEqualTo(1_000);
          assertThat(step.share()).isGreaterThan(0);
          assertThat(step.price().inputMicrosPerMtok()).isEqualTo(400_000);
          assertThat(step.epoch()).hasValue(7);
          assertThat(step.hardTokens()).isEqualTo(100_000);
        });
    assertThat(told.steps())
        .extracting(Explained.Step::node, Explained.Step::verdict, Explained.Step::because)
        .contains(
            org.assertj.core.api.Assertions.tuple(
                NodeId.parse("b.gpu-1"), Verdict.EXCLUDED, "excluded: price"),
            org.assertj.core.api.Assertions.tuple(
                NodeId.parse("c.gpu-1"), Verdict.EXCLUDED, "excluded: draining"),
            org.assertj.core.api.Assertions.tuple(
                NodeId.parse("d.gpu-1"), Verdict.WOULD_DO, "not reached"));
  }

  @Test
  void saysThatTheHolderOfThePrefixIsAskedFirst() {
    Router router = router(snapshot(node("a.gpu-1"), node("b.gpu-1"), node("c.gpu-1")));
    Route.Leased before = (Route.Leased) router.route(request(LONG_PROMPT), Exclusions.NONE);
    before.lease().started();

    Explained told = router.explain(request(LONG_PROMPT));

    assertThat(told.steps().getFirst().how()).isEqualTo("prefix");
    assertThat(told.steps().getFirst().blocksHeld()).isEqualTo(told.blocks());
    assertThat(told.chosen()).contains(before.placed().node().id());
  }

  @Test
  void followsTheOrderTheRequestAsksFor() {
    Router router =
        router(snapshot(node("a.gpu-1").price(3, 3), node("b.gpu-1").region(US).price(1, 1)));
    ProviderLimits byPrice =
        new ProviderLimits(
            Set.of(), Set.of(), List.of(), true, Set.of(), false, Optional.of(Sort.PRICE));

    Explained told = router.explain(request("hi", Constraints.NONE.with(byPrice)));

    assertThat(told.steps())
        .extracting(step -> step.node().toString())
        .containsExactly("b.gpu-1", "a.gpu-1");
    assertThat(told.steps().getFirst().how()).isEqualTo("sort");
  }

  @Test
  void aModelNobodyOffersHasNoSteps() {
    Explained told = router(snapshot()).explain(request("hi"));

    assertThat(told.steps()).isEmpty();
    assertThat(told.chosen()).isEmpty();
    assertThat(told.outcome()).startsWith("refused");
  }

  @Seeds(tries = 200)
  void reservesNothingAndSaysWhatRoutingThenDoes(long seed) {
    Random random = new Random(seed);
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(7); i++) {
      members.add(
          node("acme.gpu-" + i)
              .region(random.nextInt(3) == 0 ? US : SampleMesh.EU)
              .price(random.nextInt(5) * 1_000_000L, random.nextInt(5) * 1_000_000L)
              .workTokens(5_000 + random.nextInt(60_000))
              .state(random.nextInt(6) == 0 ? MemberState.DRAINING : MemberState.READY));
    }
    Router router = router(snapshot(members));
    for (int i = 0; i < 60; i++) {
      PlacementRequest request = request(random.nextInt(12) + "x".repeat(random.nextInt(8_000)));
      long before = members.stream().mapToLong(m -> router.reservedTokens(m.member().id())).sum();

      Explained told = router.explain(request);

      assertThat(members.stream().mapToLong(m -> router.reservedTokens(m.member().id())).sum())
          .isEqualTo(before);
      Route route = router.route(request, Exclusions.NONE);
      if (told.chosen().isPresent() && route instanceof Route.Leased leased) {
        assertThat(leased.placed().node().id()).isEqualTo(told.chosen().get());
      } else {
        assertThat(told.chosen()).isEmpty();
      }
      if (route instanceof Route.Leased leased && random.nextBoolean()) {
        leased.lease().started();
      }
    }
  }
}
