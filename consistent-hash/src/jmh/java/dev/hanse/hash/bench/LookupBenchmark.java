package dev.hanse.hash.bench;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import com.google.common.hash.Hashing;
import dev.hanse.hash.SlotTable;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ishugaliy.allgood.consistent.hash.HashRing;
import org.ishugaliy.allgood.consistent.hash.node.SimpleNode;
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

  private String[] texts = new String[0];
  private LinkedInRing linkedIn = new LinkedInRing(1);
  private HashRing<SimpleNode> allgood = ring();
  private ServerSelector vertx = LoadBalancer.CONSISTENT_HASHING.selector(List.of());

  @Setup
  public void prepare() {
    keys = Keys.random();
    texts = Arrays.stream(keys).mapToObj(Long::toHexString).toArray(String[]::new);
    linkedIn = new LinkedInRing(members);
    allgood = ring();
    for (int i = 0; i < members; i++) {
      allgood.add(SimpleNode.of("node" + i));
    }
    vertx =
        LoadBalancer.CONSISTENT_HASHING.selector(
            IntStream.range(0, members).mapToObj(i -> new VertxEndpoint("node" + i)).toList());
    table = SlotTable.of(Keys.members(members, 1), 1);
    jumpBack = ConsistentHashing.jumpBackHash(PseudoRandomGeneratorProvider.splitMix64_V1());
  }

  /** Its own hasher needs a version of a library that LinkedIn's ring cannot live with. */
  private static HashRing<SimpleNode> ring() {
    return HashRing.<SimpleNode>newBuilder()
        .hasher((text, seed) -> Hashing.murmur3_128(seed).hashUnencodedChars(text).asLong())
        .build();
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
  public String linkedInRing() {
    return linkedIn.plain(key());
  }

  @Benchmark
  public String linkedInMultiProbe() {
    return linkedIn.multiProbe(key());
  }

  @Benchmark
  public Object allgoodRing() {
    return allgood.locate(texts[next++ & (Keys.COUNT - 1)]);
  }

  @Benchmark
  public int vertxSelector() {
    return vertx.select(texts[next++ & (Keys.COUNT - 1)]);
  }

  @Benchmark
  public int guavaJump() {
    return Hashing.consistentHash(key(), members);
  }
}
