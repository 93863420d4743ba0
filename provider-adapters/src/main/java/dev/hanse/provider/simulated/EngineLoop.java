package dev.hanse.provider.simulated;

import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.simulated.batching.BatchEngine;
import dev.hanse.provider.simulated.batching.BatchListener;
import dev.hanse.provider.simulated.batching.Work;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Drives a {@link BatchEngine} by the clock: one timer, set for the end of the step in progress.
 *
 * <p>Timers tick in milliseconds and may be late; the engine's own time is exact, so steps that
 * ended meanwhile are caught up with and no time is lost. Everything runs on one context, on which
 * clients must be submitted and withdrawn.
 */
final class EngineLoop implements BatchListener {
  /** Hears of its sequences, numbered as submitted, on the loop's context. */
  interface Client {
    void onAdmitted(int index, int cachedTokens);

    void onToken(int index, int generated);

    void onFinished(int index);

    /** Something of the above has happened, and for now nothing more. */
    void onProgress();
  }

  private record Seat(Client client, int index) {}

  private static final double NANOS_PER_MILLI = 1e6;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Context context;
  private final SimulatedConfig config;
  private final LongSupplier nanoClock;
  private final long originNanos;
  private final BatchEngine engine;
  private final Map<Long, Seat> seats = new HashMap<>();
  private final Set<Client> progressed = new LinkedHashSet<>();
  private long timer = NO_TIMER;
  private volatile EngineStatus status = new EngineStatus(0, 0);

  EngineLoop(Vertx vertx, SimulatedConfig config, LongSupplier nanoClock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.config = config;
    this.nanoClock = nanoClock;
    originNanos = nanoClock.getAsLong();
    engine = new BatchEngine(config.profile(), config.limits(), this);
  }

  /** Runs a task on the loop's context, later. */
  void execute(Runnable task) {
    context.runOnContext(nothing -> task.run());
  }

  /** The engine's state a moment ago. From any thread. */
  EngineStatus status() {
    return status;
  }

  /**
   * Takes a client's work.
   *
   * @return the sequences, to withdraw them by; empty when the queue is full
   */
  List<Long> submit(List<Work> work, Client client) {
    engine.advanceTo(virtualNanos());
    List<Long> ids = new ArrayList<>();
    if (engine.hasRoomFor(work.size())) {
      for (int i = 0; i < work.size(); i++) {
        OptionalLong id = engine.submit(work.get(i), engine.nowNanos());
        seats.put(id.orElseThrow(), new Seat(client, i));
        ids.add(id.getAsLong());
      }
    }
    settle();
    return ids;
  }

  void withdraw(List<Long> ids) {
    for (long id : ids) {
      engine.cancel(id);
      seats.remove(id);
    }
    settle();
  }

  @Override
  public void onAdmitted(long sequence, int cachedTokens, long nanos) {
    Seat seat = seats.get(sequence);
    if (seat != null) {
      seat.client().onAdmitted(seat.index(), cachedTokens);
    }
  }

  @Override
  public void onToken(long sequence, int generated, long nanos) {
    Seat seat = seats.get(sequence);
    if (seat != null) {
      seat.client().onToken(seat.index(), generated);
      progressed.add(seat.client());
    }
  }

  @Override
  public void onFinished(long sequence, long nanos) {
    Seat seat = seats.remove(sequence);
    if (seat != null) {
      seat.client().onFinished(seat.index());
      progressed.add(seat.client());
    }
  }

  private void tick() {
    timer = NO_TIMER;
    engine.advanceTo(virtualNanos());
    settle();
  }

  private void settle() {
    List<Client> clients = List.copyOf(progressed);
    progressed.clear();
    clients.forEach(Client::onProgress);
    OptionalLong next = engine.nextEventNanos();
    if (timer == NO_TIMER && next.isPresent()) {
      double realNanos = (next.getAsLong() - virtualNanos()) / config.timeScale();
      long delayMillis = Math.max(1, (long) Math.ceil(realNanos / NANOS_PER_MILLI));
      timer = vertx.setTimer(delayMillis, fired -> tick());
    }
    int blocks = config.limits().kvBlocks();
    status = new EngineStatus((int) (1000L * engine.usedBlocks() / blocks), engine.queued());
  }

  private long virtualNanos() {
    long nanos = (long) ((nanoClock.getAsLong() - originNanos) * config.timeScale());
    return Math.max(engine.nowNanos(), nanos);
  }
}
