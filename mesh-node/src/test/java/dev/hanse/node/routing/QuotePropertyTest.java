package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.MODEL;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class QuotePropertyTest {
  private static Quote quote(long epoch, long price, double weight) {
    return new Quote(
        epoch, new Price(price, price / 10, 3 * price), (long) (weight * 1_000_000), price);
  }

  private static Placed placed(Route route) {
    assertThat(route).isInstanceOf(Route.Leased.class);
    return ((Route.Leased) route).placed();
  }

  private static Constraints maxPrice(long micros) {
    return new Constraints(
        OptionalLong.of(micros),
        OptionalLong.of(micros),
        Set.of(),
        Optional.empty(),
        AttestationDemand.NONE,
        Set.of());
  }

  private static long firstChoices(Router router, String node) {
    long count = 0;
    for (int i = 0; i < 400; i++) {
      Route route = router.route(request("prompt " + i), Exclusions.NONE);
      count += placed(route).node().id().equals(NodeId.parse(node)) ? 1 : 0;
      ((Route.Leased) route).lease().release();
    }
    return count;
  }

  @Test
  void leasesAtTheQuotesPriceAndSaysOfWhichEpoch() {
    Router router = router(snapshot(node("acme.gpu-1").quote(quote(7, 400_000, 1_000))));

    Placed placed = placed(router.route(request("hi"), Exclusions.NONE));

    assertThat(placed.price()).isEqualTo(new Price(400_000, 40_000, 1_200_000));
    assertThat(placed.epoch()).hasValue(7);
  }

  @Test
  void leasesAtTheAnnouncedPriceWhereNobodyHasQuoted() {
    Placed placed =
        placed(router(snapshot(node("acme.gpu-1"))).route(request("hi"), Exclusions.NONE));

    assertThat(placed.price().inputMicrosPerMtok()).isEqualTo(1_000_000);
    assertThat(placed.epoch()).isEmpty();
  }

  @Test
  void sharesWorkByTheQuotesWeightsWhateverTheAnnouncedPrices() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").price(1, 1).quote(quote(1, 400_000, 1_000)),
                node("b.gpu-1").price(9_000_000, 9_000_000).quote(quote(1, 400_000, 3_000))));

    assertThat(firstChoices(router, "b.gpu-1")).isBetween(260L, 340L);
  }

  @Test
  void placesNothingOnANodeThatIsNotForSale() {
    Router router =
        router(
            snapshot(
                node("a.gpu-1").quote(quote(1, 400_000, 0)),
                node("b.gpu-1").quote(quote(1, 400_000, 1_000))));

    assertThat(firstChoices(router, "a.gpu-1")).isZero();
    assertThat(placed(router.route(request("hi"), Exclusions.NONE)).reason())
        .endsWith("1 of 2 excluded: not for sale 1");
    assertThat(
            router(snapshot(node("a.gpu-1").quote(quote(1, 400_000, 0))))
                .route(request("hi"), Exclusions.NONE))
        .isInstanceOfSatisfying(
            Route.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(Route.Reason.UNAVAILABLE));
  }

  @Test
  void anotherPlacementSeedSendsKeysElsewhereAndTheSameOneDoesNot() {
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      members.add(node("acme.gpu-" + i));
    }
    Router router = router(snapshot(members).withPlacementSeed(42));
    Router alike = router(snapshot(members).withPlacementSeed(42));
    Router other = router(snapshot(members).withPlacementSeed(43));

    int moved = 0;
    for (int i = 0; i < 100; i++) {
      NodeId here = placed(router.route(request("p" + i), Exclusions.NONE)).node().id();
      assertThat(placed(alike.route(request("p" + i), Exclusions.NONE)).node().id())
          .isEqualTo(here);
      moved +=
          placed(other.route(request("p" + i), Exclusions.NONE)).node().id().equals(here) ? 0 : 1;
    }

    assertThat(moved).isGreaterThan(50);
  }

  @Test
  void workReservedBeforeTheSeedChangedIsStillCountedAndGivenBack() {
    Router router = router(snapshot(node("acme.gpu-1")).withPlacementSeed(42));
    Route.Leased before = (Route.Leased) router.route(request("hi"), Exclusions.NONE);
    router.update(snapshot(node("acme.gpu-1")).withPlacementSeed(43));
    Route.Leased after = (Route.Leased) router.route(request("hi"), Exclusions.NONE);

    assertThat(router.reservedTokens(NodeId.parse("acme.gpu-1")))
        .isEqualTo(before.lease().tokens() + after.lease().tokens());
    assertThat(before.lease().release()).isTrue();
    assertThat(after.lease().release()).isTrue();
    assertThat(router.reservedTokens(NodeId.parse("acme.gpu-1"))).isZero();
  }

  /** Invariant 12: the leased price is that of the epoch of the reserve, and within the limit. */
  @Seeds(tries = 200)
  void thePriceOfALeaseIsTheQuoteOfTheEpochItWasMadeInWhateverLandsLater(long seed) {
    Random random = new Random(seed);
    int nodes = 1 + random.nextInt(5);
    Router router = router(snapshot());
    List<SampleMesh.Draft> members = List.of();
    record Held(Route.Leased leased, Price price, long epoch) {}
    List<Held> held = new ArrayList<>();
    for (int epoch = 1; epoch <= 10; epoch++) {
      List<SampleMesh.Draft> next = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        next.add(node("acme.gpu-" + i).quote(quote(epoch, 1 + random.nextInt(2_000_000), 1_000)));
      }
      members = next;
      router.update(snapshot(members));
      for (int i = 0; i < 10; i++) {
        long limit = random.nextInt(6_000_000);
        Route route =
            router.route(request("p" + random.nextInt(20), maxPrice(limit)), Exclusions.NONE);
        if (route instanceof Route.Leased leased) {
          Price quoted =
              members.stream()
                  .map(SampleMesh.Draft::member)
                  .filter(member -> member.id().equals(leased.placed().node().id()))
                  .findFirst()
                  .orElseThrow()
                  .offerOf(MODEL)
                  .orElseThrow()
                  .quote()
                  .orElseThrow()
                  .price();
          assertThat(leased.placed().price()).isEqualTo(quoted);
          assertThat(quoted.inputMicrosPerMtok()).isLessThanOrEqualTo(limit);
          assertThat(quoted.outputMicrosPerMtok()).isLessThanOrEqualTo(limit);
          held.add(new Held(leased, quoted, epoch));
        } else {
          assertThat(members)
              .allSatisfy(draft ->
                  assertThat(
                          draft
                              .member()
                              .offerOf(MODEL)
                              .orElseThrow()
                              .salePrice()
                              .outputMicrosPerMtok())
                      .isGreaterThan(limit));
        }
      }
      for (Held one : held) {
        assertThat(one.leased().placed().price()).isEqualTo(one.price());
        assertThat(one.leased().placed().epoch()).hasValue(one.epoch());
      }
    }
  }
}
