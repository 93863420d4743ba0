package dev.hanse.hash.bench;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import com.google.common.hash.Hashing;
import dev.hanse.hash.SlotTable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a key's hash to its first choice. {@link #nothing} is what reading the key costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LookupBenchmark {
  @Param({"10", "100", "1000"})
  private int members;

  private long[] keys = new long[0];
  private int next;
  private SlotTable table = SlotTable.of(Keys.members(1, 1), 1);
  private ConsistentBucketHasher jumpBack =
      ConsistentHashing.jumpBackHash(PseudoRandomGeneratorProvider.splitMix64_V1());

  @Setup
  public void prepare() {
    keys = Keys.random();
    table = SlotTable.of(Keys.members(members, 1), 1);
    jumpBack = ConsistentHashing.jumpBackHash(PseudoRandomGeneratorProvider.splitMix64_V1());
  }

  private long key() {
    return keys[next++ & (Keys.COUNT - 1)];
  }

  @Benchmark
  public long nothing() {
    return key();
  }

  @Benchmark
  public int slotTable() {
    return table.first(key());
  }

  @Benchmark
  public int hash4jJumpBack() {
    return jumpBack.getBucket(key(), members);
  }

  @Benchmark
  public int guavaJump() {
    return Hashing.consistentHash(key(), members);
  }
}
