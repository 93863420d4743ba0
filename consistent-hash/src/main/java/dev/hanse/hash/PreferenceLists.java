package dev.hanse.hash;

import java.util.Arrays;

/**
 * The members each slot prefers, best first, while they are being put together. Confined to one
 * thread until it is handed to a {@link SlotTable}, which never changes it.
 *
 * <p>A slot keeps up to {@value #KEPT} entries although only {@link SlotTable#RANKS} are used: the
 * spare ones let members leave or lose weight without asking who comes next. Invariant: whoever is
 * not in a slot's list scores no better than the list's last entry.
 */
final class PreferenceLists {
  static final int KEPT = 12;

  /** Member indexes, {@value #KEPT} a slot. */
  final char[] rows;

  /** Entries in use of each slot. */
  private final byte[] lengths;

  /** Each entry's visit time at speed 1; divided by the member's weight it is the entry's score. */
  private final int[] times;

  PreferenceLists(int slots) {
    this(new char[slots * KEPT], new byte[slots], new int[slots * KEPT]);
  }

  private PreferenceLists(char[] rows, byte[] lengths, int[] times) {
    this.rows = rows;
    this.lengths = lengths;
    this.times = times;
  }

  PreferenceLists copy() {
    return new PreferenceLists(rows.clone(), lengths.clone(), times.clone());
  }

  int slots() {
    return lengths.length;
  }

  int length(int slot) {
    return lengths[slot];
  }

  /** Length of the shortest list of some slots. */
  int shortest(int from, int to) {
    int shortest = KEPT;
    for (int slot = from; slot < to; slot++) {
      shortest = Math.min(shortest, lengths[slot]);
    }
    return shortest;
  }

  /** Empties the lists of some slots. */
  void clear(int from, int to) {
    Arrays.fill(lengths, from, to, (byte) 0);
  }

  int member(int slot, int index) {
    return rows[slot * KEPT + index];
  }

  /** The score up to which the slot's list is known, given each member's 1/weight. */
  double horizon(int slot, double[] slowness) {
    int length = lengths[slot];
    return length == 0 ? 0 : score(slot * KEPT + length - 1, slowness);
  }

  private double score(int entry, double[] slowness) {
    return times[entry] * slowness[rows[entry]];
  }

  int indexOf(int slot, int member) {
    int base = slot * KEPT;
    for (int i = 0; i < lengths[slot]; i++) {
      if (rows[base + i] == member) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Puts a member where it belongs in a slot's list, unless it is there already or the list is full
   * of better ones.
   *
   * @return whether it was put there
   */
  boolean offer(int slot, int member, int time, double[] slowness) {
    int base = slot * KEPT;
    int length = lengths[slot];
    double score = time * slowness[member];
    if (length == KEPT && !precedes(score, member, base + KEPT - 1, slowness)) {
      return false;
    }
    if (indexOf(slot, member) >= 0) {
      return false;
    }
    int at = length == KEPT ? KEPT - 1 : length;
    while (at > 0 && precedes(score, member, base + at - 1, slowness)) {
      rows[base + at] = rows[base + at - 1];
      times[base + at] = times[base + at - 1];
      at--;
    }
    rows[base + at] = (char) member;
    times[base + at] = time;
    lengths[slot] = (byte) Math.min(KEPT, length + 1);
    return true;
  }

  private boolean precedes(double score, int member, int entry, double[] slowness) {
    double other = score(entry, slowness);
    return score < other || (score == other && member < rows[entry]);
  }

  /** The visit time of an entry. */
  int time(int slot, int index) {
    return times[slot * KEPT + index];
  }

  /** Takes an entry out; the rest keep their order. */
  void remove(int slot, int index) {
    int base = slot * KEPT;
    int moved = lengths[slot] - index - 1;
    System.arraycopy(rows, base + index + 1, rows, base + index, moved);
    System.arraycopy(times, base + index + 1, times, base + index, moved);
    lengths[slot]--;
  }

  /** Renames every member by adding {@code shift} to the indexes at and above {@code from}. */
  void renumber(int from, int shift) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] >= from) {
        rows[i] = (char) (rows[i] + shift);
      }
    }
  }
}
