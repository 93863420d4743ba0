package dev.hanse.node.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.api.config.ByteSize;
import dev.hanse.node.admission.Admission.Admitted;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What no order of events and no race may break. */
final class BudgetPropertyTest {
  private static final ModelId MODEL = new ModelId("llama");

  /** In every span the bucket's bound holds: a minute's allowance and what flowed in since. */
  @Seeds(tries = 300)
  void neverLetsMorePassThanTheBucketHeldAndWasGiven(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ManualClock clock = new ManualClock();
    long requestLimit = 1L + random.nextInt(1 << random.nextInt(1, 8));
    long tokenLimit = 1L + random.nextInt(1 << random.nextInt(1, 16));
    KeyCheck.Valid client = client(clock, Keys.key("a", requestLimit, tokenLimit));
    Gate gate = new Gate(new AdmissionLimits(1000, 1000, new ByteSize(1)));
    List<Passed> requests = new ArrayList<>();
    List<Passed> tokens = new ArrayList<>();
    List<Open> open = new ArrayList<>();

    for (int step = 0; step < 300; step++) {
      if (random.nextInt(3) == 0) {
        clock.advance(Duration.ofMillis(random.nextInt(1 << random.nextInt(1, 17))));
      }
      if (!open.isEmpty() && random.nextBoolean()) {
        Open one = open.remove(random.nextInt(open.size()));
        long used = random.nextLong(one.reserved + 1);
        if (random.nextInt(4) == 0) {
          one.claim.abandon();
        } else if (one.claim.settle(used)) {
          tokens.add(new Passed(clock.millis(), used));
        }
      } else if (gate.enter(client) instanceof Admitted(var claim)) {
        long asked = random.nextLong(tokenLimit) + 1;
        if (claim.reserve(MODEL, asked) instanceof Admitted) {
          requests.add(new Passed(clock.millis(), 1));
          open.add(new Open(claim, asked));
        } else {
          claim.abandon();
        }
      }
    }

    assertBounded(requests, requestLimit);
    assertBounded(tokens, tokenLimit);
  }

  private static void assertBounded(List<Passed> passed, long limit) {
    for (int from = 0; from < passed.size(); from++) {
      long sum = 0;
      for (int to = from; to < passed.size(); to++) {
        sum += passed.get(to).amount;
        long span = passed.get(to).atMillis - passed.get(from).atMillis;
        assertThat(sum * 60_000).isLessThanOrEqualTo(limit * (60_000 + span));
      }
    }
  }

  @Seeds(tries = 30)
  void leavesNoPhantomWhateverTheOrderOfEnds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyCheck.Valid client = client(new ManualClock(), Keys.key("a", 0, 1_000_000));
    Gate gate = new Gate(new AdmissionLimits(64, 32, new ByteSize(1 << 20)));
    List<Claim> claims = new ArrayList<>();

    for (int step = 0; step < 500; step++) {
      if (gate.enter(client) instanceof Admitted(var claim)) {
        claims.add(claim);
        claim.hold(random.nextInt(1 << 12));
        if (random.nextBoolean()) {
          claim.reserve(MODEL, random.nextInt(1000));
        }
      }
      while (!claims.isEmpty() && random.nextBoolean()) {
        Claim claim = claims.remove(random.nextInt(claims.size()));
        boolean ended = random.nextBoolean() ? claim.settle(0) : claim.abandon();
        assertThat(ended).isTrue();
        assertThat(random.nextBoolean() ? claim.settle(9) : claim.abandon()).isFalse();
      }
    }
    claims.forEach(Claim::abandon);

    assertThat(gate.inFlight()).isZero();
    assertThat(gate.heldBytes()).isZero();
    assertThat(client.budget().inFlight()).isZero();
    assertThat(client.budget().reservedTokens()).isZero();
  }

  @Seeds(tries = 10)
  void holdsEveryBoundWhenThreadsRace(long seed) throws Exception {
    int threads = 8;
    KeyCheck.Valid client = client(new ManualClock(), Keys.key("a", 500, 10_000));
    Gate gate = new Gate(new AdmissionLimits(5, 4, new ByteSize(300)));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger mostInside = new AtomicInteger();
    AtomicInteger admitted = new AtomicInteger();
    AtomicLong charged = new AtomicLong();
    CountDownLatch start = new CountDownLatch(1);
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        SplittableRandom random = new SplittableRandom(seed * 31 + thread);
        done.add(
            pool.submit(() -> {
              start.await();
              for (int i = 0; i < 400; i++) {
                if (gate.enter(client) instanceof Admitted(var claim)) {
                  mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  claim.hold(random.nextInt(100));
                  long tokens = random.nextInt(100) + 1L;
                  if (claim.reserve(MODEL, tokens) instanceof Admitted) {
                    admitted.incrementAndGet();
                    charged.addAndGet(tokens);
                  }
                  inside.decrementAndGet();
                  claim.settle(tokens);
                }
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> each : done) {
        join(each);
      }
    }

    assertThat(mostInside).hasValueLessThanOrEqualTo(4);
    assertThat(admitted).hasValueLessThanOrEqualTo(500);
    assertThat(charged).hasValueLessThanOrEqualTo(10_000);
    assertThat(admitted.get() > 100 && (admitted.get() == 500 || charged.get() > 9_800)).isTrue();
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.heldBytes()).isZero();
    assertThat(client.budget().reservedTokens()).isZero();
  }

  private static void join(Future<?> future) throws InterruptedException {
    try {
      var _ = future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  private static KeyCheck.Valid client(ManualClock clock, ClientKey key) {
    KeyRing ring = new KeyRing(clock);
    ring.update(List.of(key));
    return (KeyCheck.Valid) ring.check(Keys.text(key.keyId()));
  }

  private record Passed(long atMillis, long amount) {}

  private record Open(Claim claim, long reserved) {}
}
