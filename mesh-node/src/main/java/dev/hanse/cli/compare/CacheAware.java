package dev.hanse.cli.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * SGLang's cache-aware rule with its gateway's defaults: when open requests are unbalanced (by more
 * than 64 and by more than half as many again), the node with the fewest; else the node last sent
 * the longest known prefix, if that is more than 30 % of the prompt; else the node with the fewest.
 *
 * <p>The gateway's tree of texts is a map of the trace's blocks here, with room for more of them
 * than its 2^26 characters.
 */
final class CacheAware implements Policy {
  private static final double CACHE_THRESHOLD = 0.3;
  private static final int ABSOLUTE = 64;
  private static final double RELATIVE = 1.5;
  private static final int MOST_BLOCKS = 1 << 20;

  private final Map<Long, Integer> holders =
      new LinkedHashMap<>(1 << 12, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > MOST_BLOCKS;
        }
      };

  private int next;

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    int node = isUnbalanced(gauges) ? gauges.least(next++) : byPrefix(prompt, gauges);
    for (Long block : prompt.blockIds()) {
      holders.put(block, node);
    }
    return node;
  }

  private static boolean isUnbalanced(Gauges gauges) {
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int node = 0; node < gauges.nodes(); node++) {
      least = Math.min(least, gauges.open(node));
      most = Math.max(most, gauges.open(node));
    }
    return most - least > ABSOLUTE && most > RELATIVE * least;
  }

  private int byPrefix(Prompt prompt, Gauges gauges) {
    List<Long> blocks = prompt.blockIds();
    int known = 0;
    while (known < blocks.size() && holders.containsKey(blocks.get(known))) {
      known++;
    }
    return known > CACHE_THRESHOLD * blocks.size()
        ? holders.getOrDefault(blocks.get(known - 1), 0)
        : gauges.least(next++);
  }
}
