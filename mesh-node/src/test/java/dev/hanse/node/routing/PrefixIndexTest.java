package dev.hanse.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.node.routing.PrefixIndex.Match;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PrefixIndexTest {
  private static final Instant NOW = SampleMesh.NOW;
  private static final NodeId ONE = NodeId.parse("acme.gpu-1");
  private static final NodeId TWO = NodeId.parse("acme.gpu-2");

  private final PrefixIndex index = new PrefixIndex(1 << 12, Duration.ofMinutes(10), NOW);

  private static PrefixChain chain(String prompt) {
    return PrefixChains.builder("t", new ModelId("m")).append(prompt).build(Optional.empty());
  }

  private static String blocks(String letter, int count) {
    return letter.repeat(PrefixChains.BLOCK_BYTES * count);
  }

  @Test
  void knowsNothingAtFirst() {
    assertThat(index.match(chain(blocks("a", 5)), 1, NOW)).isEmpty();
  }

  @Test
  void findsTheDeepestHolderFirst() {
    index.record(chain(blocks("a", 4)), ONE, 1, NOW);
    index.record(chain(blocks("a", 4) + blocks("b", 3)), TWO, 1, NOW);

    assertThat(index.match(chain(blocks("a", 4) + blocks("b", 5)), 1, NOW))
        .containsExactly(new Match(TWO, 1, 7), new Match(ONE, 1, 4));
  }

  @Test
  void overlooksMatchesTooShortToMatter() {
    index.record(chain(blocks("a", 3)), ONE, 1, NOW);

    assertThat(index.match(chain(blocks("a", 3) + blocks("b", 5)), 4, NOW)).isEmpty();
  }

  @Test
  void forgetsWhatIsOld() {
    index.record(chain(blocks("a", 3)), ONE, 1, NOW);

    assertThat(index.match(chain(blocks("a", 3)), 1, NOW.plusSeconds(600))).hasSize(1);
    assertThat(index.match(chain(blocks("a", 3)), 1, NOW.plusSeconds(601))).isEmpty();
  }

  @Test
  void remembersTheLastFourHolders() {
    for (int i = 0; i < 6; i++) {
      index.record(chain(blocks("a", 1)), NodeId.parse("acme.gpu-" + i), 1, NOW);
    }

    assertThat(index.match(chain(blocks("a", 1)), 1, NOW))
        .extracting(match -> match.node().name())
        .containsExactly("gpu-5", "gpu-4", "gpu-3", "gpu-2");
  }

  @Test
  void staysWithinItsBoundAndKeepsWhatIsUsed() {
    PrefixChain used = chain(blocks("u", 2));
    index.record(used, ONE, 1, NOW);
    for (int i = 0; i < 2_000; i++) {
      index.record(chain(i + blocks("x", 8)), TWO, 1, NOW);
      index.record(used, ONE, 1, NOW);
    }

    assertThat(index.match(used, 1, NOW)).containsExactly(new Match(ONE, 1, 2));
    long known = 0;
    for (int i = 0; i < 2_000; i++) {
      known += index.match(chain(i + blocks("x", 8)), 1, NOW).isEmpty() ? 0 : 1;
    }
    assertThat(known).isBetween(100L, 1_500L);
  }
}
