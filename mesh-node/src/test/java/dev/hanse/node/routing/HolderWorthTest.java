package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Load;
import dev.hanse.api.NodeId;
import dev.hanse.api.Snapshot;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How long a prompt waits for the node that holds its prefix, and whom price and capacity rule. */
class HolderWorthTest {
  private static final String LONG_PROMPT = "the quick brown fox ".repeat(4_000);

  private static Route.Leased leased(Route route) {
    assertThat(route).isInstanceOf(Route.Leased.class);
    return (Route.Leased) route;
  }

  private static Route.Leased place(Router router, String prompt) {
    return leased(router.route(request(prompt), Exclusions.NONE));
  }

  private static NodeId nodeOf(Route.Leased leased) {
    return leased.placed().node().id();
  }

  /** The two nodes, one of which has told of work that others have put there. */
  private static Snapshot busy(NodeId node, long sequence, long workTokens) {
    return snapshot(
        Stream.of("acme.gpu-1", "acme.gpu-2")
            .map(id ->
                node(id)
                    .workTokens(400_000)
                    .load(
                        new Load(
                            sequence, id.equals(node.toString()) ? workTokens : 0, 0, 0, 0, 0)))
            .toList());
  }

  @Test
  void waitsForTheHolderAsLongAsItsCacheIsWorth() {
    Router router = router(busy(NodeId.parse("acme.gpu-1"), 1, 0));
    Route.Leased first = place(router, LONG_PROMPT);
    NodeId holder = nodeOf(first);
    first.lease().started();
    first.lease().release();

    // Of 60,000 a fair half and the margin are 46,384: the holder is over its bound, and the cache
    // saves 20,000 tokens.
    router.update(busy(holder, 2, 60_000));
    Route.Leased patient = place(router, LONG_PROMPT);
    patient.lease().release();
    assertThat(nodeOf(patient)).isEqualTo(holder);
    assertThat(patient.placed().reason()).contains("prefix-match");

    // Of 150,000 it is 93,750: more than twice those 20,000 too much.
    router.update(busy(holder, 3, 150_000));
    assertThat(nodeOf(place(router, LONG_PROMPT))).isNotEqualTo(holder);
  }

  @Test
  void aPromptWithoutAHolderDoesNotWait() {
    Router router = router(busy(NodeId.parse("acme.gpu-1"), 1, 0));
    Route.Leased first = place(router, LONG_PROMPT);
    first.lease().release();

    router.update(busy(nodeOf(first), 2, 60_000));

    assertThat(nodeOf(place(router, LONG_PROMPT))).isNotEqualTo(nodeOf(first));
  }

  @Test
  void keysThatPreferACheapNodeGoElsewhereWhenItHoldsItsCapacitysShare() {
    Router router =
        router(
            snapshot(
                node("cheap.gpu-1").price(500_000, 1_500_000).workTokens(400_000),
                node("dear.gpu-1").price(1_500_000, 4_500_000).workTokens(400_000)));
    NodeId cheap = NodeId.parse("cheap.gpu-1");
    NodeId dear = NodeId.parse("dear.gpu-1");

    for (int i = 0; router.reservedTokens(cheap) + router.reservedTokens(dear) < 300_000; i++) {
      assertThat(nodeOf(place(router, "unlike any other " + i))).isNotNull();
    }

    // 300,000 between them: 1.25 times half of it and a request. By weight it would be 280,000.
    assertThat(router.reservedTokens(cheap)).isBetween(160_000L, 190_000L);
  }
}
