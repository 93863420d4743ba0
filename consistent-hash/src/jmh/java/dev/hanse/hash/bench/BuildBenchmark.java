package dev.hanse.hash.bench;

import dev.hanse.hash.Member;
import dev.hanse.hash.SlotTable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A whole table, and one member's changes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BuildBenchmark {
  @Param({"10", "100", "1000"})
  private int members;

  @Param({"16", "18"})
  private int slotBits;

  private List<Member> all = List.of();
  private SlotTable table = SlotTable.of(Keys.members(1, 1), 1);

  @Setup
  public void prepare() {
    all = Keys.members(members, 1);
    table = SlotTable.of(all, 1, slotBits);
  }

  @Benchmark
  public SlotTable build() {
    return SlotTable.of(all, 1, slotBits);
  }

  @Benchmark
  public SlotTable raiseBid() {
    return table.reweighted("node1", 0.9);
  }

  @Benchmark
  public SlotTable lowerBid() {
    return table.reweighted("node1", 1.1);
  }

  @Benchmark
  public SlotTable join() {
    return table.with(new Member("node-joining", "eu-west-1", 1, 1));
  }

  @Benchmark
  public SlotTable leave() {
    return table.without("node1");
  }
}
