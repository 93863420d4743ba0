package dev.hanse.hash;

import java.util.Arrays;

/**
 * Puts preference lists together: all of them, or what changes when one member joins, leaves or is
 * reweighted. Every way to the same members yields the same first {@link SlotTable#RANKS} entries.
 */
final class Weaver {
  private final Visits visits;
  private final long[] names;
  private final double[] slowness;
  private final double speed;

  /** Entries that every slot must have. */
  private final int needed;

  /** Entries that are looked for: more than needed, so that some may be lost. */
  private final int wanted;

  /**
   * A weaver for these members.
   *
   * @param names each member's keyed hash
   * @param weights each member's weight
   */
  Weaver(int slotBits, long[] names, double[] weights) {
    this.visits = new Visits(slotBits);
    this.names = names;
    this.slowness = Arrays.stream(weights).map(weight -> 1 / weight).toArray();
    this.speed = Arrays.stream(weights).sum();
    this.needed = Math.min(SlotTable.RANKS, weights.length);
    this.wanted = Math.min(weights.length, SlotTable.RANKS + 1);
  }

  /** All lists. */
  PreferenceLists weave(int slots) {
    var lists = new PreferenceLists(slots);
    int[] next = new int[names.length];
    for (int block = 0; block * visits.blockSlots() < slots; block++) {
      weave(lists, block, next);
    }
    return lists;
  }

  /**
   * The lists of an empty block. Lets every member walk until a common time, then a little longer,
   * until each slot has been visited by as many as are wanted; so whoever has not come yet scores
   * worse than all who have.
   */
  private void weave(PreferenceLists lists, int block, int[] next) {
    Arrays.fill(next, 0);
    int unfilled = visits.blockSlots();
    double until = 1.5 * wanted * unfilled * visits.unitsPerStep() / speed;
    while (unfilled > 0) {
      for (int member = 0; member < names.length; member++) {
        unfilled -= walk(lists, block, member, next, until);
      }
      until *= 1.15;
    }
  }

  /** Walks a member on, and says how many slots have got as many entries as wanted thereby. */
  private int walk(PreferenceLists lists, int block, int member, int[] next, double until) {
    long walk = Visits.walk(names[member], block);
    int base = block * visits.blockSlots();
    int steps = visits.steps();
    double slow = slowness[member];
    int filled = 0;
    int step = next[member];
    for (; step < steps; step++) {
      long draw = Visits.draw(walk, step);
      int time = visits.time(step, draw);
      if (time * slow >= until) {
        break;
      }
      int slot = base + visits.slot(walk, step, draw);
      int length = lists.length(slot);
      if (lists.offer(slot, member, time, slowness) && length + 1 == wanted) {
        filled++;
      }
    }
    next[member] = step;
    return filled;
  }

  /**
   * Adds a member to lists that are renumbered for it already. Where a list holds every other
   * member it goes in wherever it belongs; elsewhere only if it beats the last entry.
   */
  void join(PreferenceLists lists, int member) {
    for (int block = 0; block * visits.blockSlots() < lists.slots(); block++) {
      enter(lists, block, member);
    }
  }

  /** Whether a list has every member but one, and room for that one. */
  private boolean lacksOne(PreferenceLists lists, int slot) {
    return lists.length(slot) == names.length - 1 && names.length <= PreferenceLists.KEPT;
  }

  /** Lets a member walk through a block as long as it may find a list to enter or move up in. */
  private void enter(PreferenceLists lists, int block, int member) {
    int base = block * visits.blockSlots();
    double horizon = 0;
    int waiting = 0;
    for (int slot = base; slot < base + visits.blockSlots(); slot++) {
      if (lists.indexOf(slot, member) >= 0) {
        continue;
      }
      if (lacksOne(lists, slot)) {
        waiting++;
      } else {
        horizon = Math.max(horizon, lists.horizon(slot, slowness));
      }
    }
    long walk = Visits.walk(names[member], block);
    for (int step = 0; step < visits.steps(); step++) {
      long draw = Visits.draw(walk, step);
      int time = visits.time(step, draw);
      double score = time * slowness[member];
      if (waiting == 0 && score >= horizon) {
        return;
      }
      int slot = base + visits.slot(walk, step, draw);
      if (lists.indexOf(slot, member) >= 0) {
        continue;
      }
      boolean lacking = lacksOne(lists, slot);
      if (lacking || score < lists.horizon(slot, slowness)) {
        lists.offer(slot, member, time, slowness);
        waiting -= lacking ? 1 : 0;
      }
    }
  }

  /**
   * Moves a member whose weight has changed.
   *
   * @param oldWeight the weight the lists were made with
   */
  void reweigh(PreferenceLists lists, int member, double oldWeight) {
    double[] before = slowness.clone();
    before[member] = 1 / oldWeight;
    for (int slot = 0; slot < lists.slots(); slot++) {
      int at = lists.indexOf(slot, member);
      if (at >= 0) {
        move(lists, slot, at, before);
      }
    }
    if (slowness[member] < before[member]) {
      join(lists, member);
    } else {
      mend(lists);
    }
  }

  private void move(PreferenceLists lists, int slot, int at, double[] before) {
    int member = lists.member(slot, at);
    int time = lists.time(slot, at);
    boolean complete = lists.length(slot) == names.length;
    double horizon = lists.horizon(slot, before);
    lists.remove(slot, at);
    if (complete || time * slowness[member] < horizon) {
      lists.offer(slot, member, time, slowness);
    }
  }

  /**
   * Takes a member out of lists and renumbers those above it; this weaver is of the remaining ones.
   */
  void leave(PreferenceLists lists, int member) {
    for (int slot = 0; slot < lists.slots(); slot++) {
      int at = lists.indexOf(slot, member);
      if (at >= 0) {
        lists.remove(slot, at);
      }
    }
    lists.renumber(member + 1, -1);
    mend(lists);
  }

  /** Weaves those blocks anew in which a slot has fewer entries than needed. */
  private void mend(PreferenceLists lists) {
    int[] next = new int[names.length];
    for (int block = 0; block * visits.blockSlots() < lists.slots(); block++) {
      int from = block * visits.blockSlots();
      if (lists.shortest(from, from + visits.blockSlots()) < needed) {
        lists.clear(from, from + visits.blockSlots());
        weave(lists, block, next);
      }
    }
  }
}
