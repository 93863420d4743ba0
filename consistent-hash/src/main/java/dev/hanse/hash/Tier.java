package dev.hanse.hash;

import java.util.List;

/**
 * The members that are equally near, in one generation of a placement: their table, their shares
 * and their loads. Immutable but for the loads; safe for any thread.
 *
 * <p>The walk goes down the key's preference list and takes the first member below its bound [1],
 * in an order of the slot's own, so that overflow spreads [2]. Two things differ from the papers.
 * Requests do not move once placed, so the bound holds at the moment of reserving and not after the
 * total has fallen. And requests have sizes: a member is asked whether it is below its bound
 * <em>before</em> the request, because a request larger than everybody's room must go somewhere.
 * With W the sum of weights and T of loads, all refusing would mean {@code T = sum of loads >= c (T
 * + s) > T}: so someone always admits, and ends below its bound plus s.
 *
 * <p>When every listed member refuses, and some beyond the list, the same rule is applied to the
 * members that could take the request at all (eligible, room under the hard cap), with their exact
 * T and W. The argument holds for them alone too, so a request is refused only if no such member
 * exists.
 *
 * <p>[1] Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018.
 * [2] Chen, Coleman and Shrivastava, "Revisiting consistent hashing with bounded loads", AAAI 2021.
 */
final class Tier {
  /** How often the exact pass starts over because other threads took the room it had found. */
  private static final int EXACT_TRIES = 4;

  /** How many members beyond its list a key asks before it looks at all of them. */
  private static final int JUMPS = 32;

  /** One reservation in this many (a power of two) is sampled for hot keys. */
  private static final int SAMPLE = 8;

  private final SlotTable table;
  private final Post[] posts;
  private final Seat[] seats;

  /** Each member's part of the keys. */
  private final double[] shares;

  /** Each member's fair part of the load. */
  private final double[] fair;

  private final long[] margins;

  /** Keyed hash of each member's id. */
  private final long[] names;

  private final double factor;
  private final Tally tally;
  private final InFlight account;
  private final HotKeys hotKeys;
  private final int hotWays;

  /** Index of this tier's first member in the view. */
  private final int offset;

  Tier(SlotTable table, List<Post> posts, int offset, Tally tally, Rules rules, HotKeys hotKeys) {
    this.table = table;
    this.posts = posts.toArray(Post[]::new);
    this.seats = posts.stream().map(Post::seat).toArray(Seat[]::new);
    this.offset = offset;
    this.tally = tally;
    this.account = rules.account();
    this.factor = rules.bound().factor();
    this.hotKeys = hotKeys;
    this.hotWays = rules.hotWays();
    double weight = table.members().stream().mapToDouble(Member::weight).sum();
    int size = table.members().size();
    this.shares = table.members().stream().mapToDouble(m -> m.weight() / weight).toArray();
    this.fair = rules.fairShare() == FairShare.WEIGHT ? shares : capacityShares(table.members());
    this.names = table.members().stream().mapToLong(m -> table.keyed(m.id())).toArray();
    this.margins = new long[size];
    for (int i = 0; i < size; i++) {
      margins[i] = (long) Math.ceil(rules.bound().marginTokens() * Math.min(1, fair[i] * size));
    }
  }

  SlotTable table() {
    return table;
  }

  int offset() {
    return offset;
  }

  Tally tally() {
    return tally;
  }

  Post post(int member) {
    return posts[member];
  }

  long exactTotal() {
    return tally.resum(seats, account.epoch());
  }

  /** Sum of the hard caps. */
  double capacity() {
    double sum = 0;
    for (Seat seat : seats) {
      sum += seat.cap();
    }
    return sum;
  }

  /** At this load and above a member passes keys on, if all members hold {@code total} together. */
  long soft(int member, double total) {
    return bound(member, fair[member] * total);
  }

  private static double[] capacityShares(List<Member> members) {
    double sum = members.stream().mapToDouble(member -> (double) member.hardCapTokens()).sum();
    return members.stream().mapToDouble(member -> member.hardCapTokens() / sum).toArray();
  }

  private long bound(int member, double part) {
    return Math.max((long) Math.ceil(factor * part), (long) Math.ceil(part) + margins[member]);
  }

  /** A lease or the code of a refusal. */
  long reserve(long key, long tokens, Eligible eligible) {
    int slot = table.slot(key);
    double total = (double) tally.next(seats, account.epoch()) + tokens;
    int ways = ways(key, slot, total);
    if (ways > 1) {
      int member = leastLoaded(slot, ways, total, eligible);
      if (member >= 0 && seats[member].take(tokens, soft(member, total)) == Seat.TAKEN) {
        return lease(member, key, tokens);
      }
    }
    int first = table.firstInSlot(slot);
    if (eligible.test(offset + first)
        && seats[first].take(tokens, soft(first, total)) == Seat.TAKEN) {
      return lease(first, key, tokens);
    }
    int ranks = table.ranks();
    for (int rank = 1; rank < ranks; rank++) {
      int member = table.inSlot(slot, rank);
      if (eligible.test(offset + member)
          && seats[member].take(tokens, soft(member, total)) == Seat.TAKEN) {
        return lease(member, key, tokens);
      }
    }
    return jump(slot, key, tokens, total, eligible);
  }

  /**
   * Goes on beyond the list: to the first choices of other slots, drawn by this one. They are
   * members drawn by weight, in an order of the slot's own, for one look-up each.
   */
  private long jump(int slot, long key, long tokens, double total, Eligible eligible) {
    if (seats.length > SlotTable.RANKS) {
      long draw = slot;
      for (int jump = 0; jump < JUMPS; jump++) {
        draw = KeyedHash.mix(draw + KeyedHash.GOLDEN);
        int member = table.firstInSlot((int) draw & (table.slots() - 1));
        if (eligible.test(offset + member)
            && seats[member].take(tokens, soft(member, total)) == Seat.TAKEN) {
          return lease(member, key, tokens);
        }
      }
    }
    return reserveExactly(slot, key, tokens, eligible);
  }

  /** The same on one member, its bound raised. */
  long reserveOn(int member, long tokens, long raiseTokens) {
    double total = (double) tally.next(seats, account.epoch()) + tokens;
    return switch (seats[member].take(tokens, soft(member, total) + raiseTokens)) {
      case Seat.TAKEN -> lease(member, tokens);
      case Seat.OVER_CAP -> Refusal.FULL.code();
      default -> Refusal.OVER_BOUND.code();
    };
  }

  private long lease(int member, long key, long tokens) {
    if ((tally.left() & (SAMPLE - 1)) == 0 && hotWays > 1) {
      hotKeys.sample(key, tokens);
    }
    return lease(member, tokens);
  }

  private long lease(int member, long tokens) {
    long lease = account.book().claim(posts[member], tokens);
    if (lease < 0) {
      seats[member].give(tokens);
    } else {
      tally.add(tokens);
    }
    return lease;
  }

  /**
   * Over how many preferences a key is spread: as many as it takes to hold its share of all work
   * within their bounds. 1 unless the key alone would put its first choice over the bound.
   */
  int ways(long key, int slot, double total) {
    double work = hotKeys.shareOf(key) * total;
    if (work == 0) {
      return 1;
    }
    int most = Math.min(hotWays, table.ranks());
    double room = soft(table.inSlot(slot, 0), total);
    int ways = 1;
    while (ways < most && room < work) {
      room += soft(table.inSlot(slot, ways), total);
      ways++;
    }
    return ways;
  }

  private int leastLoaded(int slot, int ways, double total, Eligible eligible) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int rank = 0; rank < ways; rank++) {
      int member = table.inSlot(slot, rank);
      double fill = (double) seats[member].load() / soft(member, total);
      if (fill < least && eligible.test(offset + member)) {
        least = fill;
        best = member;
      }
    }
    return best;
  }

  private long reserveExactly(int slot, long key, long tokens, Eligible eligible) {
    for (int tries = EXACT_TRIES; tries > 0; tries--) {
      double total = tokens;
      double share = 0;
      boolean any = false;
      for (int i = 0; i < seats.length; i++) {
        if (eligible.test(offset + i)) {
          any = true;
          if (hasRoom(i, tokens)) {
            total += seats[i].load();
            share += fair[i];
          }
        }
      }
      if (share == 0) {
        return (any ? Refusal.FULL : Refusal.NONE_ELIGIBLE).code();
      }
      int member = preferred(slot, tokens, total, share, eligible);
      if (member >= 0
          && seats[member].take(tokens, bound(member, fair[member] / share * total))
              == Seat.TAKEN) {
        return lease(member, key, tokens);
      }
    }
    return takeAnywhere(key, tokens, eligible);
  }

  private boolean hasRoom(int member, long tokens) {
    return tokens <= seats[member].cap() - seats[member].load();
  }

  /** The best member for the slot that is eligible, has room and is below its bound; or -1. */
  private int preferred(int slot, long tokens, double total, double share, Eligible eligible) {
    int ranks = table.ranks();
    for (int rank = 0; rank < ranks; rank++) {
      int member = table.inSlot(slot, rank);
      if (admits(member, tokens, total, share) && eligible.test(offset + member)) {
        return member;
      }
    }
    int best = -1;
    double bestScore = Double.POSITIVE_INFINITY;
    for (int i = 0; i < seats.length; i++) {
      if (admits(i, tokens, total, share) && eligible.test(offset + i)) {
        double score = scoreBeyondList(slot, i);
        if (score < bestScore) {
          bestScore = score;
          best = i;
        }
      }
    }
    return best;
  }

  private boolean admits(int member, long tokens, double total, double share) {
    return hasRoom(member, tokens)
        && seats[member].load() < bound(member, fair[member] / share * total);
  }

  /** Beyond its list a slot prefers members by an order of its own; stable, and by weight too. */
  private double scoreBeyondList(int slot, int member) {
    long draw = KeyedHash.mix(slot * KeyedHash.GOLDEN + names[member]);
    return -Math.log(((draw >>> 11) + 1) * 0x1p-53) / shares[member];
  }

  /** Other threads were faster every time: any eligible member under its hard cap will do. */
  private long takeAnywhere(long key, long tokens, Eligible eligible) {
    for (int i = 0; i < seats.length; i++) {
      if (eligible.test(offset + i) && seats[i].take(tokens, Long.MAX_VALUE) == Seat.TAKEN) {
        return lease(i, key, tokens);
      }
    }
    return Refusal.FULL.code();
  }

  /** What does not change between a placement's generations. */
  record Rules(
      InFlight account, Bound bound, FairShare fairShare, double spillAbove, int hotWays) {}
}
