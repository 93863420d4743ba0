package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Delta;
import dev.hanse.api.MemberView;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.ViewWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatchClientTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final ScriptedDialer<WatchRequest, WatchResponse> dialer = new ScriptedDialer<>();
  private final List<Snapshot> seen = new ArrayList<>();
  private final Memory memory = new Memory();
  private boolean consumerFails;
  private final WatchClient client =
      new WatchClient(
          loop,
          dialer,
          Pace.DEFAULT,
          new Random(1),
          Samples.REGION,
          memory,
          snapshot -> {
            if (consumerFails) {
              throw new IllegalStateException("planted");
            }
            seen.add(snapshot);
          });

  @Test
  void subscribesWithNothingAndTakesASnapshot() {
    open();

    assertThat(request(0).getSubscribe().getEpoch()).isZero();
    assertThat(request(0).getSubscribe().getVersion()).isZero();
    assertThat(client.isLive()).isFalse();

    say(Samples.snapshot(7, 1));

    assertThat(seen).containsExactly(Samples.snapshot(7, 1));
    assertThat(client.view()).contains(Samples.snapshot(7, 1));
    assertThat(client.isLive()).isTrue();
    assertThat(request(1).getAck().getVersion()).isEqualTo(1);
  }

  @Test
  void appliesDeltasAndAcknowledgesEach() {
    open();
    say(Samples.snapshot(7, 1));
    say(Samples.delta(7, 1, 4));

    assertThat(seen.getLast())
        .isEqualTo(Samples.snapshot(7, 4, new MemberView(Samples.MEMBER, Samples.BUSY)));
    assertThat(request(2).getAck().getVersion()).isEqualTo(4);
  }

  @Test
  void refusesAGapAndGoesOnFromTheSnapshotThatFollows() {
    open();
    say(Samples.snapshot(7, 1));
    say(Samples.delta(7, 2, 3));

    assertThat(request(2).getNack().getVersion()).isEqualTo(3);
    assertThat(request(2).getNack().getReason()).contains("starts from version 2");
    assertThat(seen).hasSize(1);

    say(Samples.snapshot(7, 3));
    say(Samples.delta(7, 3, 4));

    assertThat(seen).extracting(Snapshot::version).containsExactly(1L, 3L, 4L);
  }

  @Test
  void saysOnlyOnceThatItIsOutOfStep() {
    open();
    say(Samples.snapshot(7, 1));
    say(Samples.delta(7, 2, 3));
    say(Samples.delta(7, 3, 4));
    say(Samples.delta(7, 4, 5));

    assertThat(dialer.last().sent).filteredOn(WatchRequest::hasNack).hasSize(1);
  }

  @Test
  void goesElsewhereWhenNoSnapshotFollowsItsRefusal() {
    open();
    say(Samples.snapshot(7, 1));
    say(Samples.delta(7, 2, 3));

    loop.pass(Pace.DEFAULT.answerWithin().plus(Pace.DEFAULT.retryTo()));

    assertThat(dialer.lines).hasSize(2);
    assertThat(dialer.last().address).isEqualTo(1);
  }

  @Test
  void refusesADeltaBeforeAnySnapshot() {
    open();
    say(Samples.delta(7, 0, 1));

    assertThat(request(1).getNack().getReason()).isEqualTo("there is no view to apply it to");
    assertThat(seen).isEmpty();
  }

  @Test
  void refusesADeltaThatCannotBeReadByTheNameOfItsField() {
    open();
    say(Samples.snapshot(7, 1));
    var broken = ViewWire.toProto(Samples.delta(7, 1, 2)).toBuilder();
    broken.getLoadsBuilder(0).setNodeId("NOBODY");
    dialer.last().say(WatchResponse.newBuilder().setDelta(broken).build());

    assertThat(request(2).getNack().getReason()).startsWith("loads[0].node_id: ");
    assertThat(client.view()).contains(Samples.snapshot(7, 1));
  }

  @Test
  void refusesASnapshotThatCannotBeReadAndDoesNotAskAgainAtOnce() {
    open();
    say(Samples.snapshot(7, 1));
    var broken = ViewWire.toProto(Samples.snapshot(7, 2)).toBuilder();
    broken.getMembersBuilder(0).getMemberBuilder().setStateValue(99);
    var line = dialer.last();
    line.say(WatchResponse.newBuilder().setSnapshot(broken).build());

    assertThat(line.sent.getLast().getNack().getReason())
        .isEqualTo("members[0].member.state: has the unknown value 99");
    assertThat(line.cancelled).isTrue();
    assertThat(client.view()).contains(Samples.snapshot(7, 1));
    assertThat(dialer.lines).hasSize(1);
    loop.pass(Pace.DEFAULT.retryTo());
    assertThat(dialer.lines).hasSize(2);
  }

  @Test
  void refusesTheViewOfAnotherRegion() {
    open();
    say(new Snapshot(7, 1, new RegionId("us-east"), List.of(), List.of(), List.of()));

    assertThat(dialer.last().sent.getLast().getNack().getReason()).startsWith("region: must be");
    assertThat(seen).isEmpty();
  }

  @Test
  void refusesAVersionThatTheNodeDoesNotTake() {
    open();
    say(Samples.snapshot(7, 1));
    consumerFails = true;
    say(Samples.delta(7, 1, 2));

    assertThat(request(2).getNack().getVersion()).isEqualTo(2);
    assertThat(client.view()).contains(Samples.snapshot(7, 1));
  }

  @Test
  void keepsItsViewWhileNobodyAnswersAndSubscribesFromThere() {
    open();
    say(Samples.snapshot(7, 5));
    dialer.last().close("reset");

    assertThat(client.isLive()).isFalse();
    assertThat(client.view()).contains(Samples.snapshot(7, 5));
    loop.pass(Pace.DEFAULT.retryTo());
    dialer.last().open();

    assertThat(request(0).getSubscribe().getEpoch()).isEqualTo(7);
    assertThat(request(0).getSubscribe().getVersion()).isEqualTo(5);
  }

  @Test
  void takesTheSnapshotOfARestartedControlPlaneThoughItsVersionIsLower() {
    open();
    say(Samples.snapshot(7, 500));
    say(Samples.snapshot(8, 1));
    say(Samples.delta(8, 1, 2));

    assertThat(client.view().map(Snapshot::version)).contains(2L);
  }

  @Test
  void startsWithTheStoredViewBeforeAnyControlPlaneAnswers() {
    memory.stored = Optional.of(Samples.snapshot(7, 5));
    var started = client.start();

    assertThat(started.succeeded()).isTrue();
    assertThat(seen).containsExactly(Samples.snapshot(7, 5));
    assertThat(client.isLive()).isFalse();
    dialer.last().open();
    assertThat(request(0).getSubscribe().getVersion()).isEqualTo(5);
  }

  @Test
  void doesNotCountAStoredViewThatTheNodeDoesNotTake() {
    memory.stored = Optional.of(Samples.snapshot(7, 5));
    consumerFails = true;
    open();

    assertThat(client.view()).isEmpty();
    assertThat(request(0).getSubscribe().getVersion()).isZero();
  }

  @Test
  void storesItsViewNowAndThenAndWhenItCloses() {
    open();
    say(Samples.snapshot(7, 1));
    say(Samples.delta(7, 1, 2));
    assertThat(memory.saves).isZero();
    loop.pass(Duration.ofSeconds(5));
    assertThat(memory.saves).isEqualTo(1);
    assertThat(memory.stored.map(Snapshot::version)).contains(2L);

    say(Samples.delta(7, 2, 3));
    assertThat(client.close().succeeded()).isTrue();

    assertThat(memory.saves).isEqualTo(2);
    assertThat(memory.stored.map(Snapshot::version)).contains(3L);
    assertThat(loop.pending()).isZero();
  }

  @Test
  void doesNotStartAfterItWasClosed() {
    assertThat(client.close().succeeded()).isTrue();
    assertThat(client.start().succeeded()).isTrue();

    assertThat(dialer.lines).isEmpty();
  }

  private void open() {
    assertThat(client.start().succeeded()).isTrue();
    dialer.last().open();
  }

  private void say(Snapshot snapshot) {
    dialer.last().say(WatchResponse.newBuilder().setSnapshot(ViewWire.toProto(snapshot)).build());
  }

  private void say(Delta delta) {
    dialer.last().say(WatchResponse.newBuilder().setDelta(ViewWire.toProto(delta)).build());
  }

  private WatchRequest request(int index) {
    return dialer.last().sent.get(index);
  }

  private static final class Memory implements SnapshotStore {
    private Optional<Snapshot> stored = Optional.empty();
    private int saves;

    @Override
    public Optional<Snapshot> load() {
      return stored;
    }

    @Override
    public void save(Snapshot snapshot) {
      stored = Optional.of(snapshot);
      saves++;
    }
  }
}
