package dev.hanse.node.control;

import dev.hanse.api.RegionId;
import dev.hanse.api.Revocations;
import dev.hanse.api.Snapshot;
import dev.hanse.api.SnapshotFold;
import dev.hanse.api.control.v1.Ack;
import dev.hanse.api.control.v1.Delta;
import dev.hanse.api.control.v1.Nack;
import dev.hanse.api.control.v1.Subscribe;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.wire.RevocationWire;
import dev.hanse.api.wire.ViewWire;
import dev.hanse.api.wire.WireException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Follows the mesh's view: takes a snapshot, applies each delta to it, acknowledges each version
 * and hands on whole snapshots. A delta that does not fit or cannot be read is refused (NACK), upon
 * which the control plane sends a snapshot. While no control plane answers, the last good view
 * stays; with a {@link SnapshotStore} it even outlives the process.
 *
 * <p>Threads: {@link #start}, {@link #view}, {@link #isLive} and {@link #close} may be called from
 * anywhere; everything else runs on the context it was given, the consumer included, which must not
 * block.
 */
public final class WatchClient {
  private static final Logger LOG = System.getLogger(WatchClient.class.getName());

  /** A view changes with every beat; so often it need not be written down. */
  private static final Duration SAVE_EVERY = Duration.ofSeconds(5);

  private static final int MAX_REASON_CHARS = 512;

  private final Loop loop;
  private final Pace pace;
  private final RegionId region;
  private final SnapshotStore store;
  private final Consumer<Snapshot> onSnapshot;
  private final Consumer<Revocations> onRevocations;
  private final boolean revocationsOnly;
  private final Lifeline<WatchRequest, WatchResponse> line;

  private Optional<Dialer.Call<WatchRequest>> call = Optional.empty();
  private Runnable cancelResync = () -> {};
  private Runnable cancelSave = () -> {};
  private boolean savePending;
  private boolean resyncing;
  private boolean closed;
  private volatile Optional<Snapshot> view = Optional.empty();
  private volatile boolean live;

  /**
   * A client that does nothing until it is started.
   *
   * @param onSnapshot swaps the node's view; if it throws, the version is refused
   * @param onRevocations takes the whole list of what is revoked, whenever it changed
   */
  public WatchClient(
      Context context,
      ControlChannel channel,
      Pace pace,
      RandomGenerator random,
      SnapshotStore store,
      Consumer<Snapshot> onSnapshot,
      Consumer<Revocations> onRevocations) {
    this(
        Loop.of(context),
        channel.watch(),
        pace,
        random,
        channel.region(),
        store,
        onSnapshot,
        onRevocations,
        false);
  }

  /** A client of a node that places nothing: it hears of revocations, and of no view. */
  public static WatchClient ofRevocations(
      Context context,
      ControlChannel channel,
      Pace pace,
      RandomGenerator random,
      Consumer<Revocations> onRevocations) {
    return new WatchClient(
        Loop.of(context),
        channel.watch(),
        pace,
        random,
        channel.region(),
        SnapshotStore.NONE,
        snapshot -> {},
        onRevocations,
        true);
  }

  WatchClient(
      Loop loop,
      Dialer<WatchRequest, WatchResponse> dialer,
      Pace pace,
      RandomGenerator random,
      RegionId region,
      SnapshotStore store,
      Consumer<Snapshot> onSnapshot) {
    this(loop, dialer, pace, random, region, store, onSnapshot, revocations -> {}, false);
  }

  WatchClient(
      Loop loop,
      Dialer<WatchRequest, WatchResponse> dialer,
      Pace pace,
      RandomGenerator random,
      RegionId region,
      SnapshotStore store,
      Consumer<Snapshot> onSnapshot,
      Consumer<Revocations> onRevocations,
      boolean revocationsOnly) {
    this.onRevocations = onRevocations;
    this.revocationsOnly = revocationsOnly;
    this.loop = loop;
    this.pace = pace;
    this.region = region;
    this.store = store;
    this.onSnapshot = onSnapshot;
    this.line = new Lifeline<>("watch", dialer, loop, random, pace, new Conversation());
  }

  /** Completes when the stored view, if there is one, has been handed on; never fails. */
  public Future<Void> start() {
    Promise<Void> started = Promise.promise();
    loop.run(() ->
        loop.blocking(store::load)
            .otherwise(failure -> Optional.empty())
            .onSuccess(last -> {
              begin(last);
              started.complete();
            }));
    return started.future();
  }

  private void begin(Optional<Snapshot> last) {
    if (closed) {
      return;
    }
    last.filter(this::handOn)
        .ifPresent(stored -> {
          view = last;
          LOG.log(
              Level.INFO,
              "watch: starting with the last known view, members={0}",
              stored.members().size());
        });
    line.start();
  }

  /** The last good view; empty until there has been one. */
  public Optional<Snapshot> view() {
    return view;
  }

  /** Whether the view is being kept up to date at the moment. */
  public boolean isLive() {
    return live;
  }

  /** Stops, after the view has been stored. The future never fails. */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    loop.run(() -> {
      closed = true;
      live = false;
      cancelResync.run();
      cancelSave.run();
      call.ifPresent(Dialer.Call::end);
      line.close();
      if (savePending) {
        save().onComplete(saved -> done.complete());
      } else {
        done.complete();
      }
    });
    return done.future();
  }

  private boolean handOn(Snapshot snapshot) {
    try {
      onSnapshot.accept(snapshot);
      return true;
    } catch (RuntimeException failed) {
      LOG.log(Level.ERROR, "watch: version " + snapshot.version() + " was not taken", failed);
      return false;
    }
  }

  private void saveLater() {
    if (!savePending) {
      savePending = true;
      cancelSave =
          loop.after(
              SAVE_EVERY,
              () -> {
                var _ = save();
              });
    }
  }

  private Future<?> save() {
    savePending = false;
    Optional<Snapshot> current = view;
    return loop.blocking(() -> {
      current.ifPresent(store::save);
      return true;
    });
  }

  private final class Conversation implements Lifeline.Protocol<WatchRequest, WatchResponse> {
    @Override
    public void opened(Dialer.Call<WatchRequest> opened) {
      call = Optional.of(opened);
      resyncing = false;
      Subscribe.Builder held = Subscribe.newBuilder().setRevocationsOnly(revocationsOnly);
      view.ifPresent(last -> held.setEpoch(last.epoch()).setVersion(last.version()));
      opened.send(WatchRequest.newBuilder().setSubscribe(held).build());
      // No deadline for the first snapshot: a restarted control plane takes a lease to rebuild its
      // view, and one whose view is ours already has nothing to say.
    }

    @Override
    public void heard(WatchResponse response) {
      switch (response.getMessageCase()) {
        case SNAPSHOT -> snapshot(response.getSnapshot());
        case DELTA -> delta(response.getDelta());
        case REVOCATIONS -> revocations(response.getRevocations());
        case MESSAGE_NOT_SET ->
            LOG.log(Level.DEBUG, "watch: a message of a kind unknown to this version");
      }
    }

    /**
     * A list that cannot be read ends the stream: not to know who is revoked is no way to go on.
     */
    private void revocations(dev.hanse.api.control.v1.Revocations message) {
      try {
        onRevocations.accept(new Revocations(RevocationWire.fromProto(message)));
        line.progressed();
      } catch (WireException malformed) {
        LOG.log(Level.WARNING, "watch: revocations unreadable: {0}", malformed.getMessage());
        call.ifPresent(Dialer.Call::end);
        line.giveUp("its revocations cannot be read", Duration.ZERO);
      }
    }

    private void snapshot(dev.hanse.api.control.v1.Snapshot message) {
      Snapshot snapshot;
      try {
        snapshot = ViewWire.fromProto(message);
      } catch (WireException malformed) {
        giveUp(message.getVersion(), String.valueOf(malformed.getMessage()));
        return;
      }
      if (!snapshot.region().equals(region)) {
        giveUp(message.getVersion(), "region: must be " + region + ", was " + snapshot.region());
      } else if (!handOn(snapshot)) {
        giveUp(message.getVersion(), "the node could not take it");
      } else {
        cancelResync.run();
        resyncing = false;
        taken(snapshot);
      }
    }

    private void delta(Delta message) {
      if (resyncing) {
        return; // Sent before the control plane heard of the NACK; the snapshot will include it.
      }
      Optional<Snapshot> base = view;
      if (base.isEmpty()) {
        nack(message.getVersion(), "there is no view to apply it to");
        return;
      }
      try {
        switch (SnapshotFold.apply(base.get(), ViewWire.fromProto(message))) {
          case SnapshotFold.Outcome.Refused(var reason) -> nack(message.getVersion(), reason);
          case SnapshotFold.Outcome.Applied(var next) when handOn(next) -> taken(next);
          case SnapshotFold.Outcome.Applied _ ->
              nack(message.getVersion(), "the node could not take it");
        }
      } catch (WireException malformed) {
        nack(message.getVersion(), String.valueOf(malformed.getMessage()));
      }
    }

    private void taken(Snapshot snapshot) {
      view = Optional.of(snapshot);
      live = true;
      line.progressed();
      saveLater();
      send(WatchRequest.newBuilder().setAck(Ack.newBuilder().setVersion(snapshot.version())));
    }

    /** Refuses a delta. If no snapshot follows soon, another control plane may do better. */
    private void nack(long version, String reason) {
      refuse(version, reason);
      resyncing = true;
      cancelResync =
          loop.after(
              pace.answerWithin(), () -> line.giveUp("no snapshot after a NACK", Duration.ZERO));
    }

    /** Refuses a snapshot. The next one would be no better: not at once, and not without end. */
    private void giveUp(long version, String reason) {
      refuse(version, reason);
      call.ifPresent(Dialer.Call::end);
      line.giveUp("its snapshot was refused", Duration.ZERO);
    }

    private void refuse(long version, String reason) {
      LOG.log(Level.WARNING, "watch: refused version={0}: {1}", version, reason);
      String brief = reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
      send(
          WatchRequest.newBuilder()
              .setNack(Nack.newBuilder().setVersion(version).setReason(brief)));
    }

    private void send(WatchRequest.Builder request) {
      call.ifPresent(open -> open.send(request.build()));
    }

    @Override
    public void lost() {
      live = false;
      resyncing = false;
      call = Optional.empty();
      cancelResync.run();
    }
  }
}
