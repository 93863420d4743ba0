package dev.hanse.hash;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The account of work in flight: how much each member holds, and every lease that is out. Shared by
 * the placements of one edge (one a model, for example), so that a member's hard cap holds over all
 * of them. Safe for any thread; reserving and releasing neither lock nor allocate.
 */
public final class InFlight {
  /** Most tokens a lease can hold. */
  public static final long MAX_LEASE_TOKENS = Integer.MAX_VALUE;

  /** Seats of members long gone are forgotten only when there are more than this. */
  private static final int IDLE_SEATS = 1024;

  private static final int MAX_LEASES = 1 << 24;
  private static final int DEFAULT_LEASES = 1 << 20;

  private final Map<String, Seat> seats = new ConcurrentHashMap<>();
  private final LeaseBook book;
  private volatile long epoch = 1;

  /** An account of at most 2^20 leases at a time. */
  public InFlight() {
    this(DEFAULT_LEASES);
  }

  /**
   * An empty account.
   *
   * @param maxLeases how many leases may be out at a time, 1 to 2^24, rounded up to a multiple of
   *     64; they take room as they are needed, 64 at a time and member
   */
  public InFlight(int maxLeases) {
    if (maxLeases < 1 || maxLeases > MAX_LEASES) {
      throw new IllegalArgumentException("maxLeases must be 1 to 2^24, was " + maxLeases);
    }
    this.book = new LeaseBook(maxLeases);
  }

  /**
   * Takes a member's own report of all the work it has in flight. What exceeds the leases out here
   * was put there by others, and counts for its bound and cap until the next report.
   *
   * @param reportedTokens zero or more; what this edge put there included
   * @return whether the member is known
   */
  public boolean observe(String id, long reportedTokens) {
    if (reportedTokens < 0) {
      throw new IllegalArgumentException("reportedTokens must not be negative: " + reportedTokens);
    }
    Seat seat = seats.get(id);
    if (seat == null) {
      return false;
    }
    seat.observe(reportedTokens);
    newEpoch();
    return true;
  }

  /**
   * Limits what this process may hold on a member, by that member's own word: a part of its hard
   * cap, granted to this process alone. While it is in force it takes the place of the hard cap,
   * whatever others hold there. Leases that are out stay.
   *
   * @param tokens zero or more
   * @return whether the member is known
   */
  public boolean limit(String id, long tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens must not be negative: " + tokens);
    }
    Seat seat = seats.get(id);
    if (seat != null) {
      seat.setLimit(tokens);
    }
    return seat != null;
  }

  /** Takes the limit away again: the hard cap counts. */
  public void unlimit(String id) {
    Seat seat = seats.get(id);
    if (seat != null) {
      seat.setLimit(Seat.UNLIMITED);
    }
  }

  private synchronized void newEpoch() {
    epoch++;
  }

  /** Tokens reserved here on the member and not released; 0 where it is unknown. */
  public long tokensOf(String id) {
    Seat seat = seats.get(id);
    return seat == null ? 0 : seat.own();
  }

  /** Leases that are out. Counts them one by one: for metrics and people. */
  public int leases() {
    return book.out();
  }

  /** Tokens a lease holds; -1 when it is released. */
  public long tokens(long lease) {
    LeaseBlock block = book.block(lease);
    return block == null ? -1 : block.tokens(lease);
  }

  Member memberOf(long lease) {
    LeaseBlock block = book.block(lease);
    if (block == null || block.tokens(lease) < 0) {
      throw new IllegalStateException("lease " + lease + " is released");
    }
    return block.post().member();
  }

  /**
   * Ends a lease.
   *
   * @return true the first time, false ever after
   * @throws IllegalArgumentException when the number never was a lease of this account
   */
  public boolean release(long lease) {
    LeaseBlock block = book.block(lease);
    long tokens = block == null ? -1 : block.end(lease);
    if (block == null || tokens < 0) {
      return false;
    }
    Post post = block.post();
    post.seat().give(tokens);
    post.count(-tokens);
    return true;
  }

  /**
   * Changes what a lease holds. Less always succeeds; more must fit under the member's hard cap.
   *
   * @param tokens zero to {@link #MAX_LEASE_TOKENS}
   * @return false when the lease is released or the cap forbids it; nothing has changed then
   */
  public boolean adjust(long lease, long tokens) {
    if (tokens < 0 || tokens > MAX_LEASE_TOKENS) {
      throw new IllegalArgumentException("tokens must be 0 to 2^31-1, was " + tokens);
    }
    LeaseBlock block = book.block(lease);
    if (block == null) {
      return false;
    }
    Post post = block.post();
    while (true) {
      long held = block.tokens(lease);
      if (held < 0) {
        return false;
      }
      long more = tokens - held;
      if (more > 0 && post.seat().take(more, Long.MAX_VALUE) != Seat.TAKEN) {
        return false;
      }
      if (block.change(lease, held, tokens)) {
        if (more < 0) {
          post.seat().give(-more);
        }
        post.count(more);
        return true;
      }
      if (more > 0) {
        post.seat().give(more);
      }
    }
  }

  LeaseBook book() {
    return book;
  }

  /** Rises with every report. */
  long epoch() {
    return epoch;
  }

  /** The member's seat, listed once more. */
  synchronized Seat list(Member member) {
    Seat seat = seats.computeIfAbsent(member.id(), Seat::new);
    seat.listings++;
    seat.setCap(member.hardCapTokens());
    return seat;
  }

  /** Takes back the listing of a post that has left. */
  void retire(Post post) {
    book.retire(post);
    unlist(post.seat());
  }

  /** Takes one listing back. */
  synchronized void unlist(Seat seat) {
    seat.listings--;
    if (seats.size() > IDLE_SEATS) {
      seats.values().removeIf(s -> s.listings == 0 && s.own() == 0);
    }
  }
}
