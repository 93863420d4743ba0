package dev.hanse.attestation.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.hanse.attestation.Bytes;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Feeds mutants of good bytes to a parser or verifier. As many as {@code -Dhanse.fuzz.executions}
 * says, 3,000 unless told. A long run says in the end what it came to.
 */
public final class Fuzz {
  /** What one input may make a parser allocate beyond a copy of itself. */
  private static final long ALLOCATION_LIMIT_BYTES = 1 << 20;

  private static final long TIME_LIMIT_MILLIS = 50;

  /** From here on a run is long: compiled code is measured, and not the compiler. */
  private static final int LONG_RUN = 100_000;

  private Fuzz() {}

  /**
   * Runs a subject on mutants of each good input.
   *
   * @param accepts whether the subject took the input; it must never throw
   * @param mayAccept whether a mutant the subject took is one it may take, such as an unsigned byte
   */
  public static void mutants(
      long seed, List<Bytes> good, Predicate<Bytes> accepts, Predicate<Bytes> mayAccept) {
    mutants(seed, good, new Mutations(seed)::of, accepts, mayAccept);
  }

  /**
   * As above, with a mutation of the subject's own kind, such as one that signs what it changed. It
   * is not measured.
   *
   * @param mutation reproducible: named by the seed
   */
  public static void mutants(
      long seed,
      List<Bytes> good,
      UnaryOperator<Bytes> mutation,
      Predicate<Bytes> accepts,
      Predicate<Bytes> mayAccept) {
    int executions = Integer.getInteger("hanse.fuzz.executions", 3_000);
    boolean isLong = executions >= LONG_RUN;
    long started = System.nanoTime();
    long taken = 0;
    long mostAllocated = 0;
    long longestMillis = 0;
    assertThat(good).as("good inputs").allMatch(accepts);
    for (int i = 0; i < executions; i++) {
      Bytes mutant = mutation.apply(good.get(i % good.size()));
      Cost cost = Cost.of(accepts, mutant);
      boolean accepted = cost.accepted();
      if (cost.allocatedBytes() >= ALLOCATION_LIMIT_BYTES || cost.cpuMillis() > TIME_LIMIT_MILLIS) {
        // The first input of its kind loads classes and asks providers, once and for all; and a
        // shared machine's clock charges a thread for what others did. What is slow is so twice.
        cost = Cost.of(accepts, mutant);
        accepted |= cost.accepted();
      }
      assertThat(accepted && !good.contains(mutant) && !mayAccept.test(mutant))
          .as("mutant %d of seed %d was accepted: %s", i, seed, mutant.hex())
          .isFalse();
      assertThat(cost.allocatedBytes())
          .as("bytes allocated for mutant %d of seed %d", i, seed)
          .isLessThan(ALLOCATION_LIMIT_BYTES);
      if (isLong) {
        assertThat(cost.cpuMillis())
            .as("CPU milliseconds for mutant %d of seed %d", i, seed)
            .isLessThanOrEqualTo(TIME_LIMIT_MILLIS);
      }
      taken += accepted ? 1 : 0;
      mostAllocated = Math.max(mostAllocated, cost.allocatedBytes());
      longestMillis = Math.max(longestMillis, cost.cpuMillis());
    }
    if (isLong) {
      System.out.printf(
          "fuzz: seed %d, %d mutants, %d taken, at most %d bytes and %d ms of CPU each, %d s%n",
          seed,
          executions,
          taken,
          mostAllocated,
          longestMillis,
          (System.nanoTime() - started) / 1_000_000_000);
    }
  }

  /** What one input took of the thread that tried it. */
  private record Cost(boolean accepted, long allocatedBytes, long cpuMillis) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Cost of(Predicate<Bytes> accepts, Bytes input) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
      boolean accepted = accepts.test(input);
      long cpuMillis = (THREADS.getCurrentThreadCpuTime() - start) / 1_000_000;
      return new Cost(accepted, THREADS.getCurrentThreadAllocatedBytes() - before, cpuMillis);
    }
  }
}
