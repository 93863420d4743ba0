package dev.hanse.hash;

import java.util.Arrays;

/**
 * Puts preference lists together: all of them, or what changes when one member joins, leaves or is
 * reweighted. Every way to the same members yields the same first {@link SlotTable#RANKS} entries.
 */
final class Weaver {
  private final Visits visits;
  private final long[] walks;
  private final double[] slowness;
  private final int needed;

  /**
   * A weaver for these members.
   *
   * @param walks each member's keyed hash
   * @param weights each member's weight
   */
  Weaver(int slotBits, long[] walks, double[] weights) {
    this.visits = new Visits(slotBits);
    this.walks = walks;
    this.slowness = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      slowness[i] = 1 / weights[i];
    }
    this.needed = Math.min(SlotTable.RANKS, weights.length);
  }

  /**
   * All lists. Lets every member walk until a common time, then a little longer, until each slot has
   * been visited by as many as are needed; so whoever has not come yet scores worse than all who
   * have.
   */
  PreferenceLists weave(int slots) {
    var lists = new PreferenceLists(slots);
    int[] next = new int[walks.length];
    double speed = Arrays.stream(slowness).map(s -> 1 / s).sum();
    double until = 2.0 * needed * slots * visits.unitsPerStep() / speed;
    int unfilled = slots;
    while (unfilled > 0) {
      for (int member = 0; member < walks.length; member++) {
        unfilled -= walk(lists, member, next, until);
      }
      until *= 1.15;
    }
    return lists;
  }

  /** Walks a member on, and says how many slots have got as many entries as needed thereby. */
  private int walk(PreferenceLists lists, int member, int[] next, double until) {
    long walk = walks[member];
    int steps = visits.steps();
    int filled = 0;
    int step = next[member];
    for (; step < steps; step++) {
      long draw = Visits.draw(walk, step);
      int time = visits.time(step, draw);
      if (time * slowness[member] >= until) {
        break;
      }
      int slot = visits.slot(walk, step, draw);
      if (lists.offer(slot, member, time, slowness) && lists.length(slot) == needed) {
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
    double horizon = 0;
    int complete = 0;
    for (int slot = 0; slot < lists.slots(); slot++) {
      if (holdsAll(lists, slot)) {
        complete++;
      } else {
        horizon = Math.max(horizon, lists.horizon(slot, slowness));
      }
    }
    enter(lists, member, horizon, complete);
  }

  /**
   * Lets a member walk through lists whose unlisted members, itself aside, score no better than
   * {@code horizon}.
   *
   * @param complete how many lists hold all others, and so take it in at any place
   */
  private void enter(PreferenceLists lists, int member, double horizon, int complete) {
    long walk = walks[member];
    int waiting = complete;
    for (int step = 0; step < visits.steps(); step++) {
      long draw = Visits.draw(walk, step);
      int time = visits.time(step, draw);
      double score = time * slowness[member];
      if (waiting <= 0 && score >= horizon) {
        return;
      }
      int slot = visits.slot(walk, step, draw);
      boolean all = holdsAll(lists, slot) && lists.indexOf(slot, member) < 0;
      if (all) {
        waiting--;
      }
      if (all || score < lists.horizon(slot, slowness)) {
        lists.offer(slot, member, time, slowness);
      }
    }
  }

  /** Whether a list has every member but one, and room for that one. */
  private boolean holdsAll(PreferenceLists lists, int slot) {
    return lists.length(slot) == walks.length - 1 && walks.length <= PreferenceLists.KEPT;
  }

  /**
   * Moves a member whose weight has changed.
   *
   * @param oldWeight the weight the lists were made with
   */
  void reweigh(PreferenceLists lists, int member, double oldWeight) {
    double[] before = slowness.clone();
    before[member] = 1 / oldWeight;
    double furthest = 0;
    for (int slot = 0; slot < lists.slots(); slot++) {
      int at = lists.indexOf(slot, member);
      if (at >= 0) {
        move(lists, slot, at, before);
      } else {
        furthest = Math.max(furthest, lists.horizon(slot, slowness));
      }
    }
    if (slowness[member] < before[member]) {
      enter(lists, member, furthest, 0);
    }
  }

  private void move(PreferenceLists lists, int slot, int at, double[] before) {
    int member = lists.rows[slot * PreferenceLists.KEPT + at];
    int time = lists.time(slot, at);
    boolean complete = lists.length(slot) == walks.length;
    double horizon = lists.horizon(slot, before);
    lists.remove(slot, at);
    if (complete || time * slowness[member] < horizon) {
      lists.offer(slot, member, time, slowness);
    }
  }

  /**
   * Takes a member out.
   *
   * @return whether every slot still has as many entries as needed; if not, weave anew
   */
  static boolean leave(PreferenceLists lists, int member, int remaining) {
    int needed = Math.min(SlotTable.RANKS, remaining);
    boolean enough = true;
    for (int slot = 0; slot < lists.slots(); slot++) {
      int at = lists.indexOf(slot, member);
      if (at >= 0) {
        lists.remove(slot, at);
      }
      enough &= lists.length(slot) >= needed;
    }
    return enough;
  }

  /** Whether every slot has as many entries as needed. */
  boolean sufficient(PreferenceLists lists) {
    return lists.shortest() >= needed;
  }
}
