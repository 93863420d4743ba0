package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.NOW;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.settings;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node of 8,000 tokens: 1,000 may be used before its first grant. */
final class RouterQuotaTest {
  private static final NodeId NODE = NodeId.parse("acme.gpu-1");
  private static final Duration LASTS = Duration.ofSeconds(2);

  private Instant now = NOW;
  private final Router router = Router.withQuotas(settings(), () -> now, 99);

  @BeforeEach
  void oneMember() {
    router.update(snapshot(node("acme.gpu-1").workTokens(8_000)));
  }

  /** Leases of 257 tokens each, until there is no room. */
  private List<Lease> fill() {
    List<Lease> leases = new ArrayList<>();
    while (router.route(request("hi" + leases.size()), Exclusions.NONE)
        instanceof Route.Leased leased) {
      leases.add(leased.lease());
    }
    return leases;
  }

  private QuotaAsk ask() {
    Map<Member, QuotaAsk> asks = router.quotasToAsk();
    assertThat(asks).hasSize(1);
    return asks.values().iterator().next();
  }

  private void answer(QuotaAsk ask, long tokens) {
    router.granted(NODE, new QuotaGrant(ask.number(), tokens, LASTS, 0));
  }

  @Test
  void usesAnEighthOfTheCapBeforeTheFirstGrantAndAsks() {
    assertThat(router.quotasToAsk()).as("nothing is used").isEmpty();

    assertThat(fill()).hasSize(3);

    QuotaAsk ask = ask();
    assertThat(ask.session()).isEqualTo(99);
    assertThat(ask.number()).isEqualTo(1);
    assertThat(ask.holds()).isZero();
    assertThat(ask.inFlightTokens()).isEqualTo(3 * 257);
    assertThat(ask.wantedTokens()).isGreaterThanOrEqualTo(1_000);
    assertThat(router.quotasToAsk()).as("one ask at a time").isEmpty();
  }

  @Test
  void aGrantIsTheHardCap() {
    fill();
    answer(ask(), 2_000);

    assertThat(fill()).hasSize(4);
    assertThat(router.reservedTokens(NODE)).isLessThanOrEqualTo(2_000);
  }

  @Test
  void asksAheadWhenThreeQuartersAreUsedAndSaysWhichGrantItHolds() {
    fill();
    QuotaAsk first = ask();
    answer(first, 4_000);
    now = now.plusMillis(200);
    assertThat(router.quotasToAsk()).as("771 of 4,000 in use").isEmpty();

    for (int i = 0; i < 9; i++) {
      router.route(request("more" + i), Exclusions.NONE);
    }

    QuotaAsk second = ask();
    assertThat(second.number()).isEqualTo(2);
    assertThat(second.holds()).isEqualTo(1);
  }

  @Test
  void renewsWhileInUseAndLetsGoWhenNot() {
    List<Lease> leases = fill();
    answer(ask(), 4_000);
    now = now.plusMillis(1_000);
    QuotaAsk renewal = ask();
    answer(renewal, 4_000);
    leases.forEach(Lease::release);

    now = now.plusMillis(1_500);
    assertThat(router.quotasToAsk()).as("idle").isEmpty();
    now = now.plusMillis(600);
    assertThat(router.quotasToAsk()).isEmpty();

    assertThat(fill()).as("back to the allowance").hasSize(3);
  }

  @Test
  void anAnswerThatIsLateOrDoubledOrLostChangesNothing() {
    fill();
    QuotaAsk first = ask();
    now = now.plusMillis(1_000);
    QuotaAsk second = ask();
    answer(first, 8_000);
    assertThat(fill()).as("the first answer is out of date").isEmpty();
    router.askFailed(NODE, second);
    now = now.plusMillis(100);
    QuotaAsk third = ask();
    answer(third, 2_000);
    answer(third, 8_000);

    assertThat(fill()).hasSize(4);
    assertThat(third.holds()).isZero();
  }

  @Test
  void aGrantThatComesAfterItsTimeIsNone() {
    fill();
    QuotaAsk ask = ask();
    now = now.plus(LASTS);
    answer(ask, 8_000);

    assertThat(fill()).isEmpty();
  }

  @Test
  void takesNothingMoreThereOnceTheNodeHasSaidItIsTooMuch() {
    fill().getFirst().release();

    router.overQuota(NODE);

    assertThat(fill()).isEmpty();
    QuotaAsk ask = ask();
    answer(ask, 2_000);
    assertThat(fill()).isNotEmpty();
  }

  @Test
  void believesAGrantsWordOnOthersRatherThanABeat() {
    fill();
    router.granted(NODE, new QuotaGrant(ask().number(), 4_000, LASTS, 500));
    router.update(
        snapshot(node("acme.gpu-1").workTokens(8_000).load(new Load(2, 7_000, 1, 0, 0, 0))));

    assertThat(router.explain(request("hi")).steps().getFirst().inFlightTokens())
        .isEqualTo(3 * 257 + 500);
  }

  @Test
  void aRestartedNodeHasGrantedNothing() {
    fill().forEach(Lease::release);
    answer(ask(), 8_000);

    router.update(snapshot(node("acme.gpu-1").workTokens(8_000).incarnation(2)));

    assertThat(fill()).hasSize(3);
  }

  @Test
  void withoutQuotasTheWholeCapMayBeUsed() {
    Router free = new Router(settings(), () -> now);
    free.update(snapshot(node("acme.gpu-1").workTokens(8_000)));
    int leases = 0;
    while (free.route(request("hi" + leases), Exclusions.NONE) instanceof Route.Leased) {
      leases++;
    }

    assertThat(leases).isEqualTo(31);
    assertThat(free.quotasToAsk()).isEmpty();
  }
}
