package dev.hanse.hash;

/**
 * The order in which a member would come round to the slots: an endless-looking, pseudo-random walk
 * that depends on the seed and the member's id alone.
 *
 * <p>A slot prefers the member that comes first when each walks at a speed of its weight. Step t of
 * a walk takes it to a slot drawn uniformly, so its first visit to a given slot is geometrically
 * (very nearly exponentially) distributed, and the minimum of such times divided by weights falls to
 * each member in proportion to its weight: this is weighted rendezvous hashing [1], with the
 * difference that small scores can be listed without computing the others. A table then costs about
 * 30 steps a slot, whatever the number of members, and no logarithm: integers only, the same on every
 * machine.
 *
 * <p>After {@value #LAPS} steps a slot, by when the chance that a slot was left out is e^-15, the
 * walk goes once over all of them, so that it is complete.
 *
 * <p>[1] Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005.
 */
final class Visits {
  private static final int LAPS = 15;
  private static final int LAP_BITS = 4;

  private final int slotBits;
  private final int fractionBits;

  Visits(int slotBits) {
    this.slotBits = slotBits;
    this.fractionBits = 31 - LAP_BITS - slotBits;
  }

  /** How many steps a walk has. */
  int steps() {
    return (LAPS + 1) << slotBits;
  }

  /** The random draw of a step, from which both its slot and its time follow. */
  static long draw(long walk, int step) {
    return KeyedHash.mix(walk + step * KeyedHash.GOLDEN);
  }

  int slot(long walk, int step, long draw) {
    if (step < LAPS << slotBits) {
      return (int) (draw >>> (64 - slotBits));
    }
    return (int) (step * KeyedHash.GOLDEN + walk) & ((1 << slotBits) - 1);
  }

  /** When the step happens at speed 1: its number with a random fraction, so that ties are rare. */
  int time(int step, long draw) {
    return (step << fractionBits) | ((int) draw & ((1 << fractionBits) - 1));
  }

  /** Time units in a step at speed 1. */
  double unitsPerStep() {
    return 1 << fractionBits;
  }
}
