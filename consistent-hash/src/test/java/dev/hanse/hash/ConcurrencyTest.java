package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Many threads on few members. {@code -Dhanse.hash.operations=100000000} makes it a long run; the
 * default of two million fits a build.
 */
class ConcurrencyTest {
  private static final long OPERATIONS = Long.getLong("hanse.hash.operations", 2_000_000);
  private static final int THREADS = 4;
  private static final int MEMBERS = 6;
  private static final long CAP = 1_000;

  private final InFlight inFlight = new InFlight(512);
  private final BoundedLoadPlacement placement =
      BoundedLoadPlacement.builder()
          .inFlight(inFlight)
          .slotBits(8)
          .bound(new Bound(1.25, 50))
          .build();
  private final AtomicLong violations = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();

  /** A worker's leases. */
  private record Held(long lease, long tokens) {}

  @Test
  void holdsTheHardCapAtEveryInstantAndLosesNothingWhileTablesAreSwapped() throws Exception {
    placement.update(members(MEMBERS));
    var running = new AtomicBoolean(true);

    try (var threads = Executors.newCachedThreadPool()) {
      var start = new CountDownLatch(1);
      var workers = new ArrayList<Future<Long>>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        workers.add(threads.submit(() -> work(seed, start)));
      }
      var disturbers =
          List.of(
              threads.submit(() -> watchCaps(running)), threads.submit(() -> swapTables(running)));
      start.countDown();
      long operations = 0;
      for (var worker : workers) {
        operations += outcome(worker);
      }
      running.set(false);
      for (var disturber : disturbers) {
        disturber.get(1, TimeUnit.MINUTES);
      }
      assertThat(operations).isGreaterThanOrEqualTo(OPERATIONS);
    }

    assertThat(violations).hasValue(0);
    assertThat(refusals.get()).as("caps were reached, or nothing was tested").isPositive();
    placement.update(members(MEMBERS));
    for (Member member : placement.view().members()) {
      assertThat(inFlight.tokensOf(member.id())).as(member.id()).isZero();
    }
    assertThat(placement.snapshot().totalTokens()).isZero();
    assertThat(inFlight.leases()).isZero();
  }

  @Test
  void twoThreadsNeverFitWhereOneDoes() throws Exception {
    var seat = new Seat("node");
    seat.setCap(1);
    var passes = new Passes();

    try (var threads = Executors.newCachedThreadPool()) {
      var start = new CountDownLatch(1);
      var workers = new ArrayList<Future<Long>>();
      for (int i = 0; i < 2; i++) {
        int self = i;
        workers.add(threads.submit(() -> takeAndGive(seat, self, start, passes)));
      }
      start.countDown();
      long taken = 0;
      for (var worker : workers) {
        taken += outcome(worker);
      }
      assertThat(taken).isPositive();
    }

    assertThat(violations).hasValue(0);
    assertThat(seat.own()).isZero();
  }

  /**
   * Goes on until the seat has passed from thread to thread often enough for them to have met: on a
   * busy machine they run one after the other for long.
   */
  private long takeAndGive(Seat seat, long self, CountDownLatch start, Passes passes)
      throws InterruptedException {
    long taken = 0;
    start.await();
    for (long i = 0; i < 100 * OPERATIONS && passes.count < OPERATIONS / 40; i++) {
      if (seat.take(1, Long.MAX_VALUE) == Seat.TAKEN) {
        check(seat.own() == 1);
        passes.takenBy(self);
        seat.give(1);
        taken++;
      }
    }
    return taken;
  }

  /** Who had the seat last and how often it changed hands; told by whoever has it. */
  private static final class Passes {
    private volatile long last;
    private volatile long count;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time, unless the seat is broken
    void takenBy(long self) {
      if (last != self) {
        last = self;
        count++;
      }
    }
  }

  private static long outcome(Future<Long> worker)
      throws InterruptedException, ExecutionException, TimeoutException {
    return worker.get(1, TimeUnit.HOURS);
  }

  private static List<Member> members(int count) {
    return Members.equal(count, CAP);
  }

  private long work(int seed, CountDownLatch start) throws InterruptedException {
    var random = new SplittableRandom(seed);
    var held = new ArrayList<Held>();
    long operations = 0;
    start.await();
    while (operations < OPERATIONS / THREADS) {
      operations++;
      if (held.size() < 24 && random.nextInt(5) < 3) {
        reserve(random, held);
      } else if (!held.isEmpty()) {
        giveBack(random, held);
      }
    }
    for (Held last : held) {
      check(placement.release(last.lease()));
    }
    return operations;
  }

  private void reserve(SplittableRandom random, List<Held> held) {
    var view = placement.view();
    int size = view.members().size();
    long tokens = random.nextLong(1, 200);
    long lease =
        random.nextInt(4) == 0
            ? view.tryReserveOn(random.nextInt(size), tokens)
            : view.tryReserve(random.nextLong(), tokens, i -> inside(i, size));
    if (lease < 0) {
      refusals.incrementAndGet();
    } else {
      held.add(new Held(lease, tokens));
      check(inFlight.tokens(lease) == tokens);
    }
  }

  private boolean inside(int index, int size) {
    check(index >= 0 && index < size);
    return true;
  }

  private void giveBack(SplittableRandom random, List<Held> held) {
    int index = random.nextInt(held.size());
    Held some = held.get(index);
    if (random.nextInt(3) == 0) {
      long tokens = random.nextLong(0, 200);
      if (placement.adjust(some.lease(), tokens)) {
        held.set(index, new Held(some.lease(), tokens));
      } else {
        check(tokens > some.tokens());
      }
      return;
    }
    held.set(index, held.getLast());
    held.removeLast();
    check(inFlight.tokens(some.lease()) == some.tokens());
    check(placement.release(some.lease()));
    check(!placement.release(some.lease()));
  }

  private void check(boolean holds) {
    if (!holds) {
      violations.incrementAndGet();
    }
  }

  private long watchCaps(AtomicBoolean running) {
    long looks = 0;
    while (running.get()) {
      for (int i = 0; i < MEMBERS; i++) {
        long tokens = inFlight.tokensOf("node" + i);
        check(tokens >= 0 && tokens <= CAP);
      }
      looks++;
    }
    return looks;
  }

  private long swapTables(AtomicBoolean running) {
    long swaps = 0;
    var random = new SplittableRandom(99);
    while (running.get()) {
      placement.update(members(random.nextInt(1, MEMBERS + 1)));
      inFlight.observe("node0", inFlight.tokensOf("node0"));
      swaps++;
    }
    return swaps;
  }
}
