package dev.hanse.provider.simulated.batching;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * A paged KV cache's blocks: counted references, names for what can be shared, and a queue of the
 * unreferenced in the order they will be taken.
 *
 * <p>Unreferenced blocks without a name are taken first, named ones least recently released first
 * (as vLLM's free-block queue does; Kwon et al., "Efficient Memory Management for Large Language
 * Model Serving with PagedAttention", SOSP 2023). Taking a named block forgets its name. Every
 * operation is O(1).
 *
 * <p>Not safe for use by several threads.
 */
final class BlockPool {
  /** Stands for "no block". */
  static final int NONE = -1;

  private final int blocks;
  private final int[] references;
  private final long[] names;
  private final BitSet named;
  private final Map<Long, Integer> byName = new HashMap<>();
  // A doubly linked ring of the unreferenced; slot `blocks` is its fixed head.
  private final int[] next;
  private final int[] previous;
  private int unreferenced;
  private long evictions;

  BlockPool(int blocks) {
    this.blocks = blocks;
    references = new int[blocks];
    names = new long[blocks];
    named = new BitSet(blocks);
    next = new int[blocks + 1];
    previous = new int[blocks + 1];
    Arrays.setAll(next, i -> i == blocks ? 0 : i + 1);
    Arrays.setAll(previous, i -> i == 0 ? blocks : i - 1);
    unreferenced = blocks;
  }

  int size() {
    return blocks;
  }

  /** How many could be taken now. */
  int unreferenced() {
    return unreferenced;
  }

  /** How many are named, referenced or not. */
  int named() {
    return byName.size();
  }

  /** How many names were forgotten to make room. */
  long evictions() {
    return evictions;
  }

  int references(int block) {
    return references[block];
  }

  /** The block of that name, or {@link #NONE}. Changes nothing. */
  int find(long name) {
    return byName.getOrDefault(name, NONE);
  }

  /** Adds a reference to a block, which leaves the queue if it was in it. */
  void retain(int block) {
    if (references[block]++ == 0) {
      unlink(block);
    }
  }

  /** Takes an unreferenced block, now nameless and with one reference; {@link #NONE} if none is. */
  int take() {
    if (unreferenced == 0) {
      return NONE;
    }
    int block = next[blocks];
    if (named.get(block)) {
      byName.remove(names[block]);
      named.clear(block);
      evictions++;
    }
    retain(block);
    return block;
  }

  /** Names a referenced block, unless it has a name or another block already has that one. */
  void name(int block, long name) {
    if (!named.get(block) && byName.putIfAbsent(name, block) == null) {
      names[block] = name;
      named.set(block);
    }
  }

  /** Drops a reference; the last one puts the block into the queue. */
  void release(int block) {
    if (references[block] < 1) {
      throw new IllegalStateException("block " + block + " has no reference to release");
    }
    if (--references[block] == 0) {
      if (named.get(block)) {
        linkAfter(previous[blocks], block);
      } else {
        linkAfter(blocks, block);
      }
    }
  }

  private void unlink(int block) {
    next[previous[block]] = next[block];
    previous[next[block]] = previous[block];
    unreferenced--;
  }

  private void linkAfter(int where, int block) {
    next[block] = next[where];
    previous[block] = where;
    previous[next[where]] = block;
    next[where] = block;
    unreferenced++;
  }
}
