package dev.hanse.control.rpc;

import dev.hanse.api.Delta;
import dev.hanse.api.Snapshot;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.Step;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One watcher: a position in the view's history, and no queue. While its connection takes nothing
 * it is sent nothing; once it does again it goes on from where it was, or, if the history no longer
 * reaches back that far, from a snapshot. So a slow watcher costs no memory, however slow it is.
 */
final class WatchStream {
  /** A connection that took nothing for so long is given up. */
  private static final Duration STUCK = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Membership membership;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;
  private final WatchRpc watches;
  private final boolean places;
  private final GrpcServerResponse<WatchRequest, WatchResponse> response;
  private final BooleanSupplier trusted;
  private boolean subscribed;
  private boolean revocationsOnly;
  private long revocationsSent = -1;
  private long epoch;
  private long version;
  private Duration movedAt;

  /** A watcher that refuses what it gets is answered ever more slowly, not in a tight loop. */
  private Duration pause = FIRST_PAUSE;

  private Duration notBefore = Duration.ZERO;
  private boolean over;

  WatchStream(
      Membership membership,
      Supplier<Moment> clock,
      ControlMetrics metrics,
      WatchRpc watches,
      boolean places,
      GrpcServerResponse<WatchRequest, WatchResponse> response,
      BooleanSupplier trusted) {
    this.trusted = trusted;
    this.membership = membership;
    this.clock = clock;
    this.metrics = metrics;
    this.watches = watches;
    this.places = places;
    this.response = response;
    this.movedAt = clock.get().uptime();
    response.exceptionHandler(failure -> over());
    response.drainHandler(drained -> pump(clock.get()));
  }

  void receive(WatchRequest message) {
    if (over) {
      return;
    }
    switch (message.getMessageCase()) {
      case SUBSCRIBE -> {
        subscribed = true;
        revocationsOnly = message.getSubscribe().getRevocationsOnly();
        epoch = message.getSubscribe().getEpoch();
        version = message.getSubscribe().getVersion();
        pump(clock.get());
      }
      case ACK -> {
        metrics.acked();
        pause = FIRST_PAUSE;
      }
      case NACK -> nacked(clock.get());
      case MESSAGE_NOT_SET -> refuse("an empty watch request");
    }
  }

  void refuse(String why) {
    if (over()) {
      var _ = response.status(GrpcStatus.INVALID_ARGUMENT).statusMessage(why).end();
    }
  }

  private void nacked(Moment now) {
    metrics.nacked();
    epoch = 0;
    version = 0;
    notBefore = now.uptime().plus(pause);
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
  }

  void tick(Moment now) {
    pump(now);
    if (!over && response.writeQueueFull() && now.uptime().minus(movedAt).compareTo(STUCK) > 0) {
      metrics.boundHit("watcher-stuck");
      over();
      response.cancel();
    }
  }

  /**
   * Revocations are not held back by a view that is being rebuilt or refused. The watcher they
   * speak of hears them too, and then nothing more: it may enrol with fresh evidence.
   */
  private void pumpRevocations() {
    long current = membership.denials().revision();
    if (over || !subscribed || revocationsSent == current || response.writeQueueFull()) {
      return;
    }
    revocationsSent = current;
    write(watches.encodedRevocations());
    if (!over && !trusted.getAsBoolean() && over()) {
      var _ =
          response.status(GrpcStatus.UNAUTHENTICATED).statusMessage("this node is revoked").end();
    }
  }

  private void pump(Moment now) {
    pumpRevocations();
    if (revocationsOnly) {
      movedAt = now.uptime();
      return;
    }
    boolean wanted = !over && subscribed && membership.isRebuilt();
    if (!wanted || now.uptime().compareTo(notBefore) < 0) {
      return;
    }
    while (!over && !response.writeQueueFull()) {
      movedAt = now.uptime();
      switch (membership.viewAfter(epoch, version)) {
        case Step.Current<Delta, Snapshot>() -> {
          return;
        }
        case Step.Next<Delta, Snapshot>(var delta) -> {
          version = delta.version();
          write(watches.encoded(delta));
        }
        case Step.Whole<Delta, Snapshot>(var whole) -> {
          epoch = whole.epoch();
          version = whole.version();
          metrics.snapshotSent();
          write(watches.encoded(whole, places));
        }
      }
    }
  }

  private void write(WatchResponse message) {
    try {
      var _ = response.write(message);
    } catch (IllegalStateException cancelled) {
      // Vert.x refuses to write to a stream the other side has just reset.
      over();
    }
  }

  void close() {
    if (over()) {
      var _ = response.end();
    }
  }

  /** True the first time. */
  boolean over() {
    if (over) {
      return false;
    }
    over = true;
    watches.remove(this);
    return true;
  }
}
