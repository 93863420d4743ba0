package dev.hanse.hash;

/**
 * The order in which a member would come round to the slots of a block: pseudo-random, and
 * dependent on the seed, the member's id and the block alone.
 *
 * <p>A slot prefers the member that comes first when each walks at a speed of its weight. Step t of
 * a walk takes it to a slot drawn uniformly, so its first visit to a given slot is geometrically
 * (very nearly exponentially) distributed, and the minimum of such times divided by weights falls
 * to each member in proportion to its weight: this is weighted rendezvous hashing [1], with the
 * difference that small scores can be listed without computing the others. A table then costs some
 * 25 steps a slot, whatever the number of members, and no logarithm: integers only, the same on
 * every machine.
 *
 * <p>After {@value #LAPS} steps a slot, by when the chance that a slot was left out is e^-15, the
 * walk goes once over all of them, so that it is complete.
 *
 * <p>Slots come in blocks of up to 2^{@value #MAX_BLOCK_BITS}, each walked on its own, because the
 * lists of a block fit in a core's nearest caches and random steps all over the table would not.
 *
 * <p>[1] Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005.
 */
final class Visits {
  private static final int MAX_BLOCK_BITS = 10;
  private static final int LAPS = 15;
  private static final int LAP_BITS = 4;

  private final int blockBits;
  private final int randomSteps;
  private final int fractionBits;
  private final int blockShift;

  Visits(int slotBits) {
    this.blockBits = Math.min(slotBits, MAX_BLOCK_BITS);
    this.randomSteps = LAPS << blockBits;
    this.fractionBits = 31 - LAP_BITS - blockBits;
    this.blockShift = 64 - blockBits;
  }

  /** How many slots a block has. */
  int blockSlots() {
    return 1 << blockBits;
  }

  /** How many steps a walk has. */
  int steps() {
    return (LAPS + 1) << blockBits;
  }

  /** A member's walk of a block, from its keyed hash. */
  static long walk(long member, int block) {
    return KeyedHash.mix(member + ~(long) block);
  }

  /** The random draw of a step, from which both its slot and its time follow. */
  static long draw(long walk, int step) {
    return KeyedHash.mix(walk + step * KeyedHash.GOLDEN);
  }

  /** Where in the block the step goes. */
  int slot(long walk, int step, long draw) {
    if (step < randomSteps) {
      return (int) (draw >>> blockShift);
    }
    return (int) (step * KeyedHash.GOLDEN + walk) & ((1 << blockBits) - 1);
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
