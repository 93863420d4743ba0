package dev.hanse.hash;

import java.util.Arrays;

/** A member's place in one placement; leases refer to it, and outlive its being listed. */
final class Post {
  private final Seat seat;
  private final Tally tally;
  private final boolean local;
  private volatile Member member;
  private volatile boolean listed = true;
  private volatile LeaseBlock[] blocks = {};

  Post(Member member, Seat seat, Tally tally, boolean local) {
    this.member = member;
    this.seat = seat;
    this.tally = tally;
    this.local = local;
  }

  Member member() {
    return member;
  }

  Seat seat() {
    return seat;
  }

  boolean isOf(Tally other) {
    return tally == other;
  }

  boolean local() {
    return local;
  }

  void describe(Member newer) {
    member = newer;
  }

  /** Its load no longer counts in the tally: the member has left this placement. */
  void strike() {
    listed = false;
  }

  boolean isListed() {
    return listed;
  }

  /** The blocks its leases are in. */
  LeaseBlock[] blocks() {
    return blocks;
  }

  /**
   * Gives it one block more; the {@link LeaseBook} sees to it that one thread does so at a time.
   */
  void add(LeaseBlock block) {
    LeaseBlock[] more = Arrays.copyOf(blocks, blocks.length + 1);
    more[blocks.length] = block;
    blocks = more;
  }

  /** Counts a change of what the seat holds; the seat has been changed already. */
  void count(long tokens) {
    if (listed) {
      tally.add(tokens);
    }
  }
}
