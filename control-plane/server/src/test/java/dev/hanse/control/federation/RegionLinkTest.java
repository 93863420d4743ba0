package dev.hanse.control.federation;

import static dev.hanse.control.membership.Mesh.AP;
import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.join;
import static dev.hanse.control.membership.Mesh.member;
import static dev.hanse.control.membership.Mesh.membership;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Revocation;
import dev.hanse.api.control.v1.RegionUpdate;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a link between regions says, what it takes, and when it is given up. */
class RegionLinkTest {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Membership own = membership(EU);
  private final Membership theirs = membership(US);
  private final Duration silentAfter = own.terms().silentAfter();
  private Moment now = Mesh.START;
  private int cuts;
  private final Written out = new Written();
  private final RegionLink link =
      new RegionLink(own, US, out, () -> cuts++, () -> now, ControlMetrics.NONE);

  @Test
  void theOtherSidesSilenceEndsIt() {
    run(silentAfter);
    assertThat(cuts).isZero();

    run(TICK);
    assertThat(cuts).isPositive();
  }

  @Test
  void aPauseOfOnesOwnIsNotTheOtherSidesSilence() {
    run(TICK);

    now = now.plus(silentAfter.multipliedBy(3));
    link.tick(now);

    assertThat(cuts).isZero();
    run(silentAfter);
    assertThat(cuts).describedAs("and still silent afterwards").isPositive();
  }

  @Test
  void whatIsHeardEndsTheSilence() {
    run(silentAfter);
    link.receive(whole(theirs));

    run(silentAfter);
    assertThat(cuts).isZero();

    run(TICK);
    assertThat(cuts).isPositive();
  }

  @Test
  void aLinkThatIsOverHearsNothingSaysNothingAndIsNotCutAgain() {
    int before = out.updates.size();
    link.over();

    link.receive(whole(theirs));
    run(silentAfter.plus(TICK));

    assertThat(link.isProven()).isFalse();
    assertThat(out.updates).hasSize(before);
    assertThat(cuts).isZero();
  }

  @Test
  void itIsProvenOnceAnUpdateWasTaken() {
    assertThat(link.isProven()).isFalse();

    link.receive(whole(theirs));

    assertThat(link.isProven()).isTrue();
    assertThat(cuts).isZero();
  }

  @Test
  void whoSpeaksForAnotherRegionIsCutAndNotBelieved() {
    Membership stranger = membership(AP);
    join(stranger, member(AP, "gpu-9", 1), now);
    stranger.tick(now);

    link.receive(whole(stranger));

    assertThat(cuts).isEqualTo(1);
    assertThat(link.isProven()).isFalse();
    assertThat(own.find(node("gpu-9"))).isEmpty();
  }

  @Test
  void whatCannotBeReadIsCut() {
    link.receive(RegionUpdate.getDefaultInstance());

    assertThat(cuts).isEqualTo(1);
    assertThat(link.isProven()).isFalse();
  }

  @Test
  void theWholeIsSaidFirstAndThenWhatIsNew() {
    link.pump();
    assertThat(out.updates).singleElement().matches(RegionUpdate::getFull);

    run(Duration.ofSeconds(1));

    assertThat(out.updates.subList(1, out.updates.size()))
        .isNotEmpty()
        .noneMatch(RegionUpdate::getFull)
        .isSortedAccordingTo(Comparator.comparingLong(RegionUpdate::getSequence));
  }

  @Test
  void nothingIsWrittenWhileTheOtherSideReadsNothing() {
    out.full = true;

    run(Duration.ofSeconds(1));
    assertThat(out.updates).isEmpty();

    out.full = false;
    out.drained.run();
    assertThat(out.updates).singleElement().matches(RegionUpdate::getFull);
  }

  @Test
  void aGapIsAnsweredByAskingForTheWholeOnceAndAgainAfterAWhile() {
    link.receive(whole(theirs));
    run(TICK);
    theirs.tick(now.plus(Duration.ofSeconds(1)));
    theirs.tick(now.plus(Duration.ofSeconds(2)));
    int before = out.updates.size();

    link.receive(last(theirs));
    link.receive(last(theirs));
    run(Duration.ofSeconds(2));
    assertThat(asked(before)).isEqualTo(1);

    run(Duration.ofSeconds(3));
    link.receive(last(theirs));
    run(Duration.ofSeconds(1));
    assertThat(asked(before)).isEqualTo(1);
    run(TICK);
    link.receive(last(theirs));
    run(Duration.ofSeconds(1));
    assertThat(asked(before)).isEqualTo(2);
  }

  @Test
  void aGapAfterTheWholeCameIsAskedForAtOnce() {
    link.receive(whole(theirs));
    theirs.tick(now.plus(Duration.ofSeconds(1)));
    theirs.tick(now.plus(Duration.ofSeconds(2)));
    link.receive(last(theirs));
    link.receive(whole(theirs));
    theirs.tick(now.plus(Duration.ofSeconds(3)));
    theirs.tick(now.plus(Duration.ofSeconds(4)));
    run(Duration.ofSeconds(1));
    int before = out.updates.size();

    link.receive(last(theirs));
    run(Duration.ofSeconds(1));

    assertThat(asked(before)).isEqualTo(1);
  }

  @Test
  void whoAsksForTheWholeIsGivenItAndTheDenyList() {
    own.denials()
        .decide(Revocation.Kind.NODE, "acme.gpu-7", false, Optional.empty(), "test", now.wall());
    link.pump();
    run(Duration.ofSeconds(1));
    int before = out.updates.size();

    link.receive(whole(theirs).toBuilder().setResync(true).build());

    assertThat(out.updates.get(before)).matches(RegionUpdate::getFull);
    assertThat(out.updates.get(before).getRevocations().getRevocationsList()).hasSize(1);
  }

  @Test
  void theDenyListIsSaidAgainOnlyOnceItHasChanged() {
    link.pump();
    run(Duration.ofSeconds(1));
    assertThat(out.updates.getFirst().hasRevocations()).isTrue();
    assertThat(out.updates.subList(1, out.updates.size())).noneMatch(RegionUpdate::hasRevocations);
    int before = out.updates.size();

    own.denials()
        .decide(Revocation.Kind.NODE, "acme.gpu-7", false, Optional.empty(), "test", now.wall());
    run(Duration.ofSeconds(1));

    assertThat(out.updates.subList(before, out.updates.size()))
        .filteredOn(RegionUpdate::hasRevocations)
        .hasSize(1);
  }

  @Test
  void theOthersDenyListIsMerged() {
    theirs
        .denials()
        .decide(Revocation.Kind.NODE, "acme.gpu-7", false, Optional.empty(), "test", now.wall());

    link.receive(whole(theirs));

    assertThat(own.denials().inForce().of(Revocation.Kind.NODE, "acme.gpu-7")).isPresent();
  }

  @Test
  void aStreamThatWasResetIsNotWrittenToAgain() {
    out.reset = true;
    link.pump();
    out.reset = false;

    run(Duration.ofSeconds(1));

    assertThat(out.updates).isEmpty();
  }

  private long asked(int since) {
    return out.updates.subList(since, out.updates.size()).stream()
        .filter(RegionUpdate::getResync)
        .count();
  }

  /** What a region says first. */
  private RegionUpdate whole(Membership of) {
    Written said = new Written();
    new RegionLink(of, EU, said, () -> {}, () -> now, ControlMetrics.NONE).pump();
    return said.updates.getFirst();
  }

  /** The newest of a region's updates, without those before it. */
  private RegionUpdate last(Membership of) {
    RegionUpdate whole = whole(of);
    return whole.toBuilder().setFull(false).clearMembers().clearKeys().build();
  }

  private void run(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(TICK)) {
      now = now.plus(TICK);
      own.tick(now);
      link.tick(now);
    }
  }

  /** Keeps what is written to it. */
  private static final class Written implements WriteStream<RegionUpdate> {
    private final List<RegionUpdate> updates = new ArrayList<>();
    private Runnable drained = () -> {};
    private boolean full;
    private boolean reset;

    @Override
    public WriteStream<RegionUpdate> exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public Future<Void> write(RegionUpdate data) {
      if (reset) {
        throw new IllegalStateException("the stream was reset");
      }
      updates.add(data);
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
      return full;
    }

    @Override
    public WriteStream<RegionUpdate> drainHandler(@Nullable Handler<Void> handler) {
      if (handler != null) {
        drained = () -> handler.handle(null);
      }
      return this;
    }
  }
}
