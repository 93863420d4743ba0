package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes probably hold the KV blocks of which prompt prefixes, as far as this edge has sent
 * them there. Bounded; the least recently used blocks are forgotten.
 *
 * <p>A set-associative table in flat arrays: a block's hash picks a set of {@value #WAYS} entries,
 * and the longest unused entry of a full set makes room. Each entry names the {@value #HOLDERS}
 * nodes that computed the block last. A node that holds a block holds the whole prefix up to it, so
 * the deepest block that is known decides, and a forgotten block in between costs nothing.
 *
 * <p>It is a belief: engines evict without telling. So it only chooses among nodes that may run the
 * request anyway, and it ages.
 *
 * <p>Threads: safe for any. Sets are guarded by striped locks held for one block at a time.
 */
final class PrefixIndex {
  private static final int WAYS = 8;
  private static final int HOLDERS = 4;
  private static final int STRIPES = 64;
  private static final int MOST_NODES = 65_535;

  private final int sets;
  private final long[] hashes;
  private final int[] usedAt;

  /** Holder numbers from 1, most recent first, and when each was noted; 0 is nobody. */
  private final char[] holders;

  private final int[] heldAtSeconds;
  private final Object[] locks = new Object[STRIPES];
  private final Instant origin;
  private final int freshSeconds;
  private volatile int tick;

  private final Map<Holder, Integer> numbers = new HashMap<>();
  private final List<Holder> byNumber = new ArrayList<>();

  /** A node in one life of its process: a restarted engine holds nothing. */
  private record Holder(NodeId node, long incarnation) {}

  /**
   * A node and how much of the prompt it probably holds.
   *
   * @param blocks how many of the chain's blocks, from the first
   */
  record Match(NodeId node, long incarnation, int blocks) {}

  /**
   * An empty index.
   *
   * @param blocks how many it remembers; rounded up to a power of two
   * @param origin about now; ages are counted from it
   */
  PrefixIndex(int blocks, Duration freshFor, Instant origin) {
    this.sets = Math.max(STRIPES, Integer.highestOneBit(Math.max(1, blocks - 1)) * 2 / WAYS);
    this.hashes = new long[sets * WAYS];
    this.usedAt = new int[sets * WAYS];
    this.holders = new char[sets * WAYS * HOLDERS];
    this.heldAtSeconds = new int[sets * WAYS * HOLDERS];
    this.origin = origin;
    this.freshSeconds = (int) Math.min(Integer.MAX_VALUE / 2, freshFor.toSeconds());
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new Object();
    }
  }

  /** Notes that the node has computed the chain's blocks. */
  void record(PrefixChain chain, NodeId node, long incarnation, Instant now) {
    char holder = numberOf(new Holder(node, incarnation));
    int nowTick = nextTick();
    int nowSeconds = secondsAt(now);
    for (int i = 0; i < chain.length(); i++) {
      long hash = nonZero(chain.hash(i));
      int set = setOf(hash);
      synchronized (lockOf(set)) {
        note(entryFor(set, hash, nowTick), holder, nowSeconds);
      }
    }
  }

  /**
   * The holders of the chain's longest known prefixes, deepest first; at most {@value #HOLDERS}.
   *
   * @param minBlocks matches of fewer blocks are not looked for
   */
  List<Match> match(PrefixChain chain, int minBlocks, Instant now) {
    int nowSeconds = secondsAt(now);
    List<Match> matches = new ArrayList<>(HOLDERS);
    char[] found = new char[HOLDERS];
    for (int i = chain.length() - 1; i >= minBlocks - 1 && matches.size() < HOLDERS; i--) {
      long hash = nonZero(chain.hash(i));
      int set = setOf(hash);
      synchronized (lockOf(set)) {
        int entry = find(set, hash);
        if (entry >= 0) {
          collect(entry, i + 1, nowSeconds, found, matches);
        }
      }
    }
    return matches;
  }

  private void collect(int entry, int blocks, int nowSeconds, char[] found, List<Match> matches) {
    for (int way = 0; way < HOLDERS && matches.size() < HOLDERS; way++) {
      char holder = holders[entry * HOLDERS + way];
      boolean fresh = nowSeconds - heldAtSeconds[entry * HOLDERS + way] <= freshSeconds;
      if (holder != 0 && fresh && !contains(found, matches.size(), holder)) {
        found[matches.size()] = holder;
        Holder named = holderOf(holder);
        matches.add(new Match(named.node(), named.incarnation(), blocks));
      }
    }
  }

  private static boolean contains(char[] found, int count, char holder) {
    for (int i = 0; i < count; i++) {
      if (found[i] == holder) {
        return true;
      }
    }
    return false;
  }

  private int find(int set, long hash) {
    for (int way = 0; way < WAYS; way++) {
      if (hashes[set * WAYS + way] == hash) {
        return set * WAYS + way;
      }
    }
    return -1;
  }

  /** The block's entry, taken from the longest unused one where it has none. */
  private int entryFor(int set, long hash, int nowTick) {
    int oldest = set * WAYS;
    for (int way = 0; way < WAYS; way++) {
      int entry = set * WAYS + way;
      if (hashes[entry] == hash) {
        usedAt[entry] = nowTick;
        return entry;
      }
      if (hashes[entry] == 0) {
        oldest = hashes[oldest] == 0 ? oldest : entry;
      } else if (hashes[oldest] != 0 && nowTick - usedAt[entry] > nowTick - usedAt[oldest]) {
        oldest = entry;
      }
    }
    hashes[oldest] = hash;
    usedAt[oldest] = nowTick;
    for (int way = 0; way < HOLDERS; way++) {
      holders[oldest * HOLDERS + way] = 0;
    }
    return oldest;
  }

  /** Moves the holder to the front. */
  private void note(int entry, char holder, int nowSeconds) {
    int first = entry * HOLDERS;
    int at = 0;
    while (at < HOLDERS - 1 && holders[first + at] != holder) {
      at++;
    }
    for (; at > 0; at--) {
      holders[first + at] = holders[first + at - 1];
      heldAtSeconds[first + at] = heldAtSeconds[first + at - 1];
    }
    holders[first] = holder;
    heldAtSeconds[first] = nowSeconds;
  }

  /** Numbers are never reused; when they run out, everything is forgotten. */
  private char numberOf(Holder holder) {
    synchronized (numbers) {
      Integer known = numbers.get(holder);
      if (known != null) {
        return (char) known.intValue();
      }
      if (byNumber.size() == MOST_NODES) {
        forgetAll();
      }
      byNumber.add(holder);
      numbers.put(holder, byNumber.size());
      return (char) byNumber.size();
    }
  }

  private void forgetAll() {
    numbers.clear();
    byNumber.clear();
    for (int set = 0; set < sets; set++) {
      synchronized (lockOf(set)) {
        for (int way = 0; way < WAYS; way++) {
          hashes[set * WAYS + way] = 0;
        }
      }
    }
  }

  private Holder holderOf(char number) {
    synchronized (numbers) {
      return byNumber.get(number - 1);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // a lost step makes two ages equal, no more
  private int nextTick() {
    return ++tick;
  }

  private int secondsAt(Instant now) {
    return (int) Duration.between(origin, now).toSeconds();
  }

  /** The chain's hashes are uniform; their low bits choose the set. */
  private int setOf(long hash) {
    return (int) (hash & (sets - 1));
  }

  private Object lockOf(int set) {
    return locks[set & (STRIPES - 1)];
  }

  /** Zero marks an empty entry. */
  private static long nonZero(long hash) {
    return hash == 0 ? 1 : hash;
  }
}
