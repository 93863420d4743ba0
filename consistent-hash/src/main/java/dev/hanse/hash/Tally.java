package dev.hanse.hash;

/**
 * About how much work the members of one zone hold together.
 *
 * <p>An estimate on purpose: it is kept by plain writes, which may lose one another, because two
 * more atomic additions a request would cost more than all else a reservation does. It is exact
 * with one thread; with several it is off by at most what was reserved and released since the last
 * exact sum. That is taken every {@link #RESUM_OPERATIONS} reservations (or twice the members, if
 * more), after every report of a member, after every update, and before anything is refused. Only
 * the soft bound depends on it; the hard cap never does.
 */
final class Tally {
  private static final int RESUM_OPERATIONS = 64;
  private static final int CELLS = 48;
  private static final int TOTAL = 16;
  private static final int LEFT = 17;
  private static final int EPOCH = 18;

  private final long[] cells = new long[CELLS];

  long total() {
    return (long) Seat.CELL.getOpaque(cells, TOTAL);
  }

  void add(long tokens) {
    Seat.CELL.setOpaque(cells, TOTAL, total() + tokens);
  }

  /** How many reservations may still go by before the next exact sum. */
  long left() {
    return (long) Seat.CELL.getOpaque(cells, LEFT);
  }

  /** Counts a reservation, and returns the total, summed anew where that is due. */
  long next(Seat[] seats, long epoch) {
    long left = left() - 1;
    if (left < 0 || (long) Seat.CELL.getOpaque(cells, EPOCH) != epoch) {
      return resum(seats, epoch);
    }
    Seat.CELL.setOpaque(cells, LEFT, left);
    return total();
  }

  long resum(Seat[] seats, long epoch) {
    long sum = 0;
    for (Seat seat : seats) {
      sum += seat.load();
    }
    Seat.CELL.setOpaque(cells, TOTAL, sum);
    Seat.CELL.setOpaque(cells, LEFT, (long) Math.max(RESUM_OPERATIONS, 2 * seats.length));
    Seat.CELL.setOpaque(cells, EPOCH, epoch);
    return sum;
  }

  /** Makes the next reservation sum anew. */
  void expire() {
    Seat.CELL.setOpaque(cells, LEFT, 0L);
  }
}
