package dev.hanse.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutliersTest {
  private static final Instant NOW = SampleMesh.NOW;
  private static final NodeId ONE = NodeId.parse("acme.gpu-1");
  private static final NodeId TWO = NodeId.parse("acme.gpu-2");
  private static final NodeId THREE = NodeId.parse("acme.gpu-3");

  private final Outliers outliers = new Outliers(Outliers.Limits.DEFAULT);

  @BeforeEach
  void threeProviders() {
    outliers.keep(Set.of(ONE, TWO, THREE));
  }

  private void fail(NodeId node, int times, Instant now) {
    for (int i = 0; i < times; i++) {
      outliers.failed(node, now);
    }
  }

  @Test
  void ejectsAfterThreeFailuresInARow() {
    fail(ONE, 2, NOW);
    assertThat(outliers.isOut(ONE, NOW)).isFalse();

    fail(ONE, 1, NOW);

    assertThat(outliers.isOut(ONE, NOW.plusSeconds(29))).isTrue();
    assertThat(outliers.isOut(ONE, NOW.plusSeconds(30))).isFalse();
    assertThat(outliers.nextReturn(NOW.plusSeconds(10))).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void aSuccessInBetweenStartsTheCountAnew() {
    fail(ONE, 2, NOW);
    outliers.succeeded(ONE);
    fail(ONE, 2, NOW);

    assertThat(outliers.isOut(ONE, NOW)).isFalse();
  }

  @Test
  void staysOutLongerEachTime() {
    fail(ONE, 3, NOW);
    Instant back = NOW.plusSeconds(30);
    fail(ONE, 3, back);

    assertThat(outliers.isOut(ONE, back.plusSeconds(59))).isTrue();
    assertThat(outliers.isOut(ONE, back.plusSeconds(60))).isFalse();
  }

  @Test
  void neverEjectsMoreThanItsShare() {
    fail(ONE, 3, NOW);
    fail(TWO, 10, NOW);

    assertThat(outliers.isOut(ONE, NOW)).isTrue();
    assertThat(outliers.isOut(TWO, NOW)).isFalse();
  }

  @Test
  void grantsAPauseUpToItsLimit() {
    outliers.paused(ONE, Duration.ofHours(1), NOW);

    assertThat(outliers.isOut(ONE, NOW.plusSeconds(59))).isTrue();
    assertThat(outliers.isOut(ONE, NOW.plusSeconds(60))).isFalse();
  }

  @Test
  void forgetsWhoHasLeft() {
    fail(ONE, 3, NOW);

    outliers.keep(Set.of(TWO, THREE));
    outliers.keep(Set.of(ONE, TWO, THREE));

    assertThat(outliers.isOut(ONE, NOW)).isFalse();
  }
}
