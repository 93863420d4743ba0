package dev.hanse.control.federation;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.membership;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.control.v1.RegionUpdate;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a link between regions is given up. */
class RegionLinkTest {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Membership own = membership(EU);
  private final Duration silentAfter = own.terms().silentAfter();
  private Moment now = Mesh.START;
  private boolean cut;
  private final RegionLink link =
      new RegionLink(own, US, new Nowhere(), () -> cut = true, () -> now, ControlMetrics.NONE);

  @Test
  void theOtherSidesSilenceEndsIt() {
    run(silentAfter);
    assertThat(cut).isFalse();

    run(TICK);
    assertThat(cut).isTrue();
  }

  @Test
  void aPauseOfOnesOwnIsNotTheOtherSidesSilence() {
    run(TICK);

    now = now.plus(silentAfter.multipliedBy(3));
    link.tick(now);

    assertThat(cut).isFalse();
    run(silentAfter);
    assertThat(cut).describedAs("and still silent afterwards").isTrue();
  }

  private void run(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(TICK)) {
      now = now.plus(TICK);
      link.tick(now);
    }
  }

  /** Takes everything and keeps nothing. */
  private static final class Nowhere implements WriteStream<RegionUpdate> {
    @Override
    public WriteStream<RegionUpdate> exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public Future<Void> write(RegionUpdate data) {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      return Future.succeededFuture();
    }

    @Override
    public WriteStream<RegionUpdate> setWriteQueueMaxSize(int maxSize) {
      return this;
    }

    @Override
    public boolean writeQueueFull() {
      return false;
    }

    @Override
    public WriteStream<RegionUpdate> drainHandler(@Nullable Handler<Void> handler) {
      return this;
    }
  }
}
