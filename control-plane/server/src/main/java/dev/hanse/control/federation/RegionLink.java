package dev.hanse.control.federation;

import dev.hanse.api.RegionId;
import dev.hanse.api.wire.RevocationWire;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.FoldOutcome;
import dev.hanse.control.membership.LeaseClock;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.RegionUpdate;
import dev.hanse.control.membership.Step;
import io.vertx.core.streams.WriteStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * One Exchange stream, the same at both ends: sends this region's updates in order and folds the
 * other's. Like a watcher it is a position in a history and queues nothing. Two regions that dial
 * each other have two links; the numbers on the updates make the second of each a repetition.
 */
final class RegionLink {
  private static final Logger LOG = System.getLogger(RegionLink.class.getName());

  /** How long an asked-for full update may be on its way before it is asked for again. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

  private final Membership membership;
  private final RegionId peer;
  private final WriteStream<dev.hanse.api.control.v1.RegionUpdate> out;
  private final Runnable cut;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;

  /** A pause of our own is no silence of the other side's: what it said waits in the socket. */
  private final LeaseClock silence;

  private long sent = -1;
  private long revocationsSent = -1;
  private boolean asking;
  private Duration askedAt = Duration.ZERO;
  private boolean waiting;
  private Duration heardAt;
  private boolean proven;
  private boolean over;

  /**
   * Joins two regions.
   *
   * @param cut ends the stream at once
   */
  RegionLink(
      Membership membership,
      RegionId peer,
      WriteStream<dev.hanse.api.control.v1.RegionUpdate> out,
      Runnable cut,
      Supplier<Moment> clock,
      ControlMetrics metrics) {
    this.membership = membership;
    this.peer = peer;
    this.out = out;
    this.cut = cut;
    this.clock = clock;
    this.metrics = metrics;
    Duration start = clock.get().uptime();
    this.silence = new LeaseClock(membership.terms().silentAfter(), start);
    this.heardAt = start;
    out.drainHandler(drained -> pump());
  }

  void receive(dev.hanse.api.control.v1.RegionUpdate message) {
    if (over) {
      return;
    }
    Moment now = clock.get();
    heardAt = silence.read(now);
    try {
      RegionUpdate update = RegionUpdateWire.fromProto(message);
      if (!update.region().equals(peer)) {
        drop("speaks for " + update.region());
        return;
      }
      if (update.resync()) {
        sent = -1;
        revocationsSent = -1;
      }
      if (message.hasRevocations()) {
        var _ =
            membership
                .denials()
                .merge(RevocationWire.fromProto(message.getRevocations()), now.wall());
      }
      folded(membership.fold(update, now), now);
      pump();
    } catch (IllegalArgumentException invalid) {
      drop(String.valueOf(invalid.getMessage()));
    }
  }

  private void folded(FoldOutcome outcome, Moment now) {
    switch (outcome) {
      case FoldOutcome.Applied() -> {
        metrics.federated(peer, "applied");
        proven = true;
        asking = false;
        waiting = false;
      }
      case FoldOutcome.Stale() -> metrics.federated(peer, "stale");
      case FoldOutcome.Gap() -> {
        metrics.federated(peer, "gap");
        if (!waiting || now.uptime().minus(askedAt).compareTo(ASK_AGAIN) > 0) {
          asking = true;
          waiting = true;
          askedAt = now.uptime();
        }
      }
      case FoldOutcome.Refused(var reason) -> {
        metrics.federated(peer, "refused");
        drop(reason);
      }
    }
  }

  private void drop(String reason) {
    LOG.log(Level.WARNING, "federation link dropped region={0} reason=\"{1}\"", peer, reason);
    cut.run();
  }

  void pump() {
    while (!over && !out.writeQueueFull()) {
      switch (membership.updateAfter(sent)) {
        case Step.Current<RegionUpdate, RegionUpdate>() -> {
          return;
        }
        case Step.Next<RegionUpdate, RegionUpdate>(var update) -> send(update);
        case Step.Whole<RegionUpdate, RegionUpdate>(var update) -> send(update);
      }
    }
  }

  private void send(RegionUpdate update) {
    sent = update.sequence();
    try {
      var _ = out.write(withRevocations(RegionUpdateWire.toProto(update.withResync(asking))));
      asking = false;
    } catch (IllegalStateException cancelled) {
      // Vert.x refuses to write to a stream the other side has just reset.
      over = true;
    }
  }

  /** Adds the deny list where the other side does not have it as it is now. */
  private dev.hanse.api.control.v1.RegionUpdate withRevocations(
      dev.hanse.api.control.v1.RegionUpdate update) {
    long current = membership.denials().revision();
    if (current == revocationsSent) {
      return update;
    }
    revocationsSent = current;
    return update.toBuilder()
        .setRevocations(RevocationWire.toProto(membership.denials().all()))
        .build();
  }

  /** Sends what is new; cuts a stream on which the other side has fallen silent. */
  void tick(Moment now) {
    pump();
    Duration silent = silence.read(now).minus(heardAt);
    if (!over && silent.compareTo(membership.terms().silentAfter()) > 0) {
      drop("silent for " + membership.terms().silentAfter());
    }
  }

  /** Whether the other side has said something that made sense. */
  boolean isProven() {
    return proven;
  }

  void over() {
    over = true;
  }
}
