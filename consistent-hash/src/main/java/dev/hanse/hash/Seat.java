package dev.hanse.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How much work one member holds and may hold. Its counters have a cache line pair to themselves,
 * so that reserving on one member does not slow another.
 */
final class Seat {
  static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** Answers of {@link #take}. */
  static final int TAKEN = 0;

  static final int OVER_BOUND = 1;
  static final int OVER_CAP = 2;

  /** 128 bytes on either side: adjacent-line prefetch pulls lines in pairs. */
  private static final int CELLS = 48;

  private static final int OWN = 16;
  private static final int OTHERS = 17;
  private static final int CAP = 18;
  private static final int LIMIT = 19;

  /** No limit of this process's own: only the cap counts. */
  static final long UNLIMITED = -1;

  private final String id;
  private final long[] cells = new long[CELLS];

  /** How many placements list it; guarded by its {@link InFlight}. */
  int listings;

  Seat(String id) {
    this.id = id;
    cells[LIMIT] = UNLIMITED;
  }

  String id() {
    return id;
  }

  /** Tokens reserved by this process. */
  long own() {
    return (long) CELL.getOpaque(cells, OWN);
  }

  /** Tokens other processes have put there, as far as known. */
  long others() {
    return (long) CELL.getOpaque(cells, OTHERS);
  }

  long load() {
    return own() + others();
  }

  /** The load at which nothing more is taken: by the member's cap, or by this process's limit. */
  long cap() {
    long limit = limit();
    return limit == UNLIMITED ? (long) CELL.getOpaque(cells, CAP) : limit + others();
  }

  private long limit() {
    return (long) CELL.getOpaque(cells, LIMIT);
  }

  /** Most tokens this process may hold there, whatever others hold; or {@link #UNLIMITED}. */
  void setLimit(long tokens) {
    CELL.setRelease(cells, LIMIT, tokens);
  }

  void setCap(long tokens) {
    CELL.setRelease(cells, CAP, tokens);
  }

  /** Takes the member's own report; what we have put there ourselves is in it. */
  void observe(long reportedTokens) {
    CELL.setRelease(cells, OTHERS, Math.max(0, reportedTokens - own()));
  }

  /**
   * Adds tokens if the load is below {@code soft} and stays within the cap. One compare-and-set of
   * the counter decides, so what is reserved here never exceeds the cap, at no instant.
   */
  int take(long tokens, long soft) {
    while (true) {
      long own = own();
      long load = own + others();
      if (load >= soft) {
        return OVER_BOUND;
      }
      long limit = limit();
      long room = limit == UNLIMITED ? (long) CELL.getOpaque(cells, CAP) - load : limit - own;
      if (tokens > room) {
        return OVER_CAP;
      }
      if (CELL.weakCompareAndSet(cells, OWN, own, own + tokens)) {
        return TAKEN;
      }
    }
  }

  void give(long tokens) {
    CELL.getAndAdd(cells, OWN, -tokens);
  }
}
