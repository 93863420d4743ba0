package dev.hanse.hash.bench;

import dev.hanse.hash.BoundedLoadPlacement;
import dev.hanse.hash.Eligible;
import dev.hanse.hash.PlacementView;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reserving by key and releasing, alone and with a share of the members at their caps. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReserveBenchmark {
  private static final long CAP = 1_000_000;

  @Param({"10", "100", "1000"})
  private int members;

  @Param({"0", "50", "80"})
  private int percentFull;

  private long[] keys = new long[0];
  private int next;
  private BoundedLoadPlacement placement = BoundedLoadPlacement.builder().build();

  private LinkedInRing linkedIn = new LinkedInRing(1);

  @Setup
  public void prepare() {
    keys = Keys.random();
    linkedIn = new LinkedInRing(members);
    linkedIn.fill(members * percentFull / 100, 64);
    placement = BoundedLoadPlacement.builder().slotBits(members < 100 ? 16 : 18).build();
    PlacementView view = placement.update(Keys.members(members, CAP));
    for (int i = 0; i < members * percentFull / 100; i++) {
      int full = i;
      view.tryReserve(1, CAP, member -> member == full);
    }
  }

  @Benchmark
  public boolean reserveAndRelease() {
    long lease = placement.view().tryReserve(keys[next++ & (Keys.COUNT - 1)], 100, Eligible.ALL);
    return placement.release(lease);
  }

  @Benchmark
  public String linkedInCallAndEnd() {
    return linkedIn.callAndEnd(keys[next++ & (Keys.COUNT - 1)]);
  }
}
