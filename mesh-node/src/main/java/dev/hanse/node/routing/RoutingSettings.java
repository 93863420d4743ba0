package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.time.Duration;
import java.util.List;

/**
 * How one edge places.
 *
 * @param self this node; the one node that needs no address
 * @param home tried first
 * @param spillOrder the regions tried next, nearest first; those it does not name follow by name
 * @param clusterSeed used until a view brings the mesh's own placement seed; the same on every
 *     edge, so that all place alike
 * @param slotBits size of a ring's table as a power of two, the same on every edge; 16 suits up to
 *     about 100 nodes a region and model
 * @param expectedOutputTokens completion a request is expected to need where its own limit is
 *     higher: reserving the limit would leave most of a node idle
 * @param minMatchBlocks a shorter match of the prefix index does not overrule the ring
 * @param indexBlocks blocks the prefix index remembers; 36 bytes each
 * @param prefixFreshFor how long a node is believed to hold a prefix
 * @param retryWhenFull what a client is told to wait when every node is at its cap
 */
public record RoutingSettings(
    NodeId self,
    RegionId home,
    List<RegionId> spillOrder,
    long clusterSeed,
    int slotBits,
    long expectedOutputTokens,
    int minMatchBlocks,
    int indexBlocks,
    Duration prefixFreshFor,
    Duration retryWhenFull,
    Outliers.Limits outliers) {
  public RoutingSettings {
    spillOrder = List.copyOf(spillOrder);
    if (expectedOutputTokens < 1 || minMatchBlocks < 1 || indexBlocks < 1) {
      throw new IllegalArgumentException("routing settings must be above 0");
    }
    if (prefixFreshFor.isNegative() || retryWhenFull.isNegative()) {
      throw new IllegalArgumentException("routing durations must not be negative");
    }
  }

  /**
   * What an edge uses unless told otherwise: 512 tokens of expected output (the median chat answer
   * is shorter), matches from 4 blocks (1 KiB, about 256 tokens), 262,144 blocks (9 MiB) believed
   * for 10 minutes, a second's wait when full.
   */
  public static RoutingSettings defaults(NodeId self, RegionId home) {
    return new RoutingSettings(
        self,
        home,
        List.of(),
        0,
        16,
        512,
        4,
        1 << 18,
        Duration.ofMinutes(10),
        Duration.ofSeconds(1),
        Outliers.Limits.DEFAULT);
  }

  public RoutingSettings withSpillOrder(List<RegionId> order) {
    return new RoutingSettings(
        self,
        home,
        order,
        clusterSeed,
        slotBits,
        expectedOutputTokens,
        minMatchBlocks,
        indexBlocks,
        prefixFreshFor,
        retryWhenFull,
        outliers);
  }

  public RoutingSettings withClusterSeed(long seed) {
    return new RoutingSettings(
        self,
        home,
        spillOrder,
        seed,
        slotBits,
        expectedOutputTokens,
        minMatchBlocks,
        indexBlocks,
        prefixFreshFor,
        retryWhenFull,
        outliers);
  }

  public RoutingSettings withSlotBits(int bits) {
    return new RoutingSettings(
        self,
        home,
        spillOrder,
        clusterSeed,
        bits,
        expectedOutputTokens,
        minMatchBlocks,
        indexBlocks,
        prefixFreshFor,
        retryWhenFull,
        outliers);
  }
}
