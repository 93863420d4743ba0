package dev.hanse.cli.compare;

import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** The peers' ring: each node has as many points as any other, and keys walk clockwise. */
final class KeyRing {
  /** What KubeAI puts on its ring for each endpoint. */
  private static final int POINTS = 256;

  private final NavigableMap<Long, Integer> points = new TreeMap<>();

  KeyRing(int nodes, long seed) {
    for (int node = 0; node < nodes; node++) {
      long name = PrefixHashes.mix(PrefixHashes.mix(seed) + node);
      for (int i = 0; i < POINTS; i++) {
        points.put(PrefixHashes.mix(name + i), node);
      }
    }
  }

  /** The first node at or after the key that will do; the very first where none will. */
  int first(long key, IntPredicate willDo) {
    for (Map.Entry<Long, Integer> point : points.tailMap(key).entrySet()) {
      if (willDo.test(point.getValue())) {
        return point.getValue();
      }
    }
    for (Map.Entry<Long, Integer> point : points.headMap(key).entrySet()) {
      if (willDo.test(point.getValue())) {
        return point.getValue();
      }
    }
    Map.Entry<Long, Integer> next = points.ceilingEntry(key);
    return (next == null ? points.firstEntry() : next).getValue();
  }
}
