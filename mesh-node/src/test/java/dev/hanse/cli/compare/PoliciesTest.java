package dev.hanse.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PoliciesTest {
  private static final int NODES = 4;

  private final Gauges gauges = new Gauges(NODES);
  private final List<Prompt> prompts = SampleTrace.prompts(SampleTrace.conversations(8, 3, 1));

  private void place(int node, int times) {
    for (int i = 0; i < times; i++) {
      gauges.placed(node);
    }
  }

  @Test
  void roundRobinTakesTurns() {
    Policy policy = new RoundRobin();

    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      chosen.add(policy.choose(prompts.get(i), gauges, 0));
    }

    assertThat(chosen).containsExactly(0, 1, 2, 3, 0, 1);
  }

  @Test
  void leastLoadTakesTheIdleOneAndTurnsAmongEquals() {
    Policy policy = new LeastLoad();
    place(0, 1);
    place(1, 1);
    place(3, 1);

    assertThat(policy.choose(prompts.getFirst(), gauges, 0)).isEqualTo(2);
    place(2, 1);
    assertThat(policy.choose(prompts.getFirst(), gauges, 0)).isEqualTo(1);
  }

  @Test
  void powerOfTwoNeverTakesTheBusiestOfAll() {
    Policy policy = new PowerOfTwo(new SplittableRandom(1));
    place(1, 9);

    for (int i = 0; i < 200; i++) {
      assertThat(policy.choose(prompts.getFirst(), gauges, 0)).isNotEqualTo(1);
    }
  }

  @Test
  void prefixHashKeepsAConversationWhateverTheLoad() {
    Policy policy = new PrefixHash(new KeyRing(NODES, 1));
    int first = policy.choose(prompts.getFirst(), gauges, 0);
    place(first, 1000);

    assertThat(policy.choose(prompts.getFirst(), gauges, 0)).isEqualTo(first);
    assertThat(prompts.stream().map(prompt -> policy.choose(prompt, gauges, 0)).distinct().count())
        .isGreaterThan(1);
  }

  @Test
  void boundedPrefixHashPassesOnWhoeverIsAboveTheBound() {
    KeyRing ring = new KeyRing(NODES, 1);
    Policy plain = new PrefixHash(ring);
    Policy bounded = new BoundedPrefixHash(ring);
    Prompt prompt = prompts.getFirst();
    int first = plain.choose(prompt, gauges, 0);
    for (int node = 0; node < NODES; node++) {
      place(node, 10);
    }
    // 1.25 * (43 + 1) / 4 = 13.75
    place(first, 3);
    assertThat(bounded.choose(prompt, gauges, 0)).isEqualTo(first);

    // 1.25 * (44 + 1) / 4 = 14.06, and one more is above it.
    place(first, 2);
    assertThat(bounded.choose(prompt, gauges, 0)).isNotEqualTo(first);
  }

  @Test
  void cacheAwareFollowsThePrefixUntilLoadsAreUnbalanced() {
    Policy policy = new CacheAware();
    Prompt opening = prompts.get(0);
    Prompt next = prompts.get(8);
    int holder = policy.choose(opening, gauges, 0);
    place(holder, 64);

    assertThat(policy.choose(next, gauges, 0)).isEqualTo(holder);
    place(holder, 1);
    assertThat(policy.choose(next, gauges, 0)).isNotEqualTo(holder);
  }

  @Test
  void cacheAwareIgnoresAShortMatch() {
    Policy policy = new CacheAware();
    int holder = policy.choose(prompts.get(0), gauges, 0);
    place(holder, 1);

    // Another conversation: only the opening block is the same.
    assertThat(policy.choose(prompts.get(1), gauges, 0)).isNotEqualTo(holder);
  }

  @Test
  void priceWeightedSharesGoByTheSquareOfThePrice() {
    List<Server> fleet = SampleTrace.fleet(2);
    int cheap = fleet.get(0).price().inputMicrosPerMtok() == 100_000 ? 0 : 1;
    Policy policy = new PriceWeighted(fleet, new SplittableRandom(1));

    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      taken += policy.choose(prompts.getFirst(), gauges, 0) == cheap ? 1 : 0;
    }

    // 0.10 against 0.20 USD: four fifths.
    assertThat(taken / 10_000.0).isBetween(0.785, 0.815);
  }

  @Test
  void hanseReturnsAConversationToTheNodeThatAnsweredIt() {
    Policy policy = new MeshPlacement(SampleTrace.fleet(NODES), 1);
    Prompt opening = prompts.get(0);
    int holder = policy.choose(opening, gauges, 0);
    policy.started(opening, 1_000_000);
    policy.finished(opening, 2_000_000);

    assertThat(policy.choose(prompts.get(8), gauges, 3_000_000)).isEqualTo(holder);
  }

  @Test
  void hanseSendsNobodyWhereEverybodyIsAtTheCap() {
    Policy policy = new MeshPlacement(SampleTrace.fleet(1), 1);
    Gauges one = new Gauges(1);

    int placed = 0;
    while (policy.choose(prompts.get(placed % prompts.size()), one, 0) != Policy.NOBODY) {
      placed++;
      assertThat(placed).isLessThan(10_000);
    }

    assertThat(placed).isGreaterThan(3);
  }

  @Test
  void namesAreReadInTheOrderGivenAndOnlyOnce() {
    assertThat(PolicyName.parse("hanse, chwbl,hanse"))
        .containsExactly(PolicyName.HANSE, PolicyName.CHWBL);
    assertThat(PolicyName.parse("all")).hasSize(8);
  }

  @Test
  void anUnknownNameIsRefusedByName() {
    for (String text : List.of("", "best", "hanse,,chwbl")) {
      assertThatThrownBy(() -> PolicyName.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--policy")
          .hasMessageContaining("round-robin");
    }
  }
}
