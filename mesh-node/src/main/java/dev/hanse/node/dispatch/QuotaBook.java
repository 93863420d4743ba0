package dev.hanse.node.dispatch;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of a node's cap each edge may use: the single writer of that truth.
 *
 * <p>An edge's <em>commitment</em> is the most it may still put here: the largest grant it may
 * still believe in, or what it has in flight if that is more. The sum of all commitments never
 * exceeds the cap, so neither does the work accepted, whatever messages are lost, doubled or late:
 *
 * <ul>
 *   <li>A grant is given out of what is not committed to others.
 *   <li>A smaller grant replaces a larger one only when the edge has said that it holds the smaller
 *       one, or when the larger has expired. The edge counts its time from when it asked, the node
 *       from when it answered, so the node's is later without any clock in common.
 *   <li>Work beyond an edge's grant (an edge that has none yet, or one whose grant has run out) is
 *       accepted only out of what is not committed to others, and counted.
 * </ul>
 *
 * <p>How much is granted is decided by water-filling: everybody gets what they want up to one
 * common level, the highest at which all fit under the cap (max-min fairness; Bertsekas and
 * Gallager, "Data Networks", section 6.5.2). What an edge does not want any more is left out of its
 * next grant, and is free when it has acknowledged that.
 *
 * <p>Not thread-safe: the {@link Ledger} guards it with its own lock.
 */
final class QuotaBook {
  /** Grants of one edge that are neither acknowledged nor expired; more are not given. */
  private static final int MOST_OUTSTANDING = 16;

  private final long capTokens;
  private final QuotaLimits limits;
  private final Map<NodeId, Account> accounts = new HashMap<>();

  /** A grant that the edge may still believe in. */
  private record Outstanding(long session, long number, long tokens, Instant until) {}

  /** What is known of one edge. */
  private static final class Account {
    private final Deque<Outstanding> outstanding = new ArrayDeque<>();
    private long inFlight;
    private long wanted;

    /** Work it said was on its way here under a grant that has been replaced since. */
    private long underWay;

    private Instant heardUntil = Instant.MIN;
    private long session;
    private @Nullable QuotaGrant last;

    long committed(Instant now) {
      long most = inFlight;
      if (now.isBefore(heardUntil)) {
        most = Math.max(most, underWay);
      }
      for (Outstanding grant : outstanding) {
        if (now.isBefore(grant.until())) {
          most = Math.max(most, grant.tokens());
        }
      }
      return most;
    }

    long demand(Instant now) {
      return now.isBefore(heardUntil) ? Math.max(inFlight, wanted) : inFlight;
    }
  }

  QuotaBook(long capTokens, QuotaLimits limits) {
    this.capTokens = capTokens;
    this.limits = limits;
  }

  /** Answers an ask; the same ask again is answered the same. */
  QuotaGrant ask(NodeId edge, QuotaAsk ask, Instant now) {
    Account account = accountOf(edge, now);
    if (account == null) {
      return new QuotaGrant(ask.number(), 0, limits.lasts(), inFlight());
    }
    QuotaGrant last = account.last;
    if (last != null && account.session == ask.session() && ask.number() <= last.number()) {
      return last;
    }
    account.session = ask.session();
    long before = account.committed(now);
    account.outstanding.removeIf(grant ->
        !now.isBefore(grant.until())
            || (grant.session() == ask.session() && grant.number() < ask.holds()));
    account.underWay = Math.min(ask.inFlightTokens(), before);
    account.heardUntil = now.plus(limits.lasts());
    account.wanted = wanted(account, ask);
    long tokens =
        account.outstanding.size() < MOST_OUTSTANDING
            ? Math.min(
                Math.min(account.wanted, level(now)),
                Math.max(0, capTokens - committedToOthers(edge, now)))
            : 0;
    if (tokens > 0) {
      account.outstanding.addLast(
          new Outstanding(ask.session(), ask.number(), tokens, now.plus(limits.lasts())));
    }
    QuotaGrant grant =
        new QuotaGrant(ask.number(), tokens, limits.lasts(), inFlight() - account.inFlight);
    account.last = grant;
    return grant;
  }

  private long wanted(Account account, QuotaAsk ask) {
    long held = Math.min(capTokens, Math.max(account.inFlight, ask.inFlightTokens()));
    long least = Math.max(1, capTokens / limits.leastShare());
    return Math.min(capTokens, Math.max(least, held + Math.min(capTokens, ask.wantedTokens())));
  }

  /** The level up to which everybody gets what they want, all of them together the cap. */
  private long level(Instant now) {
    long[] demands =
        accounts.values().stream().mapToLong(account -> account.demand(now)).sorted().toArray();
    long left = capTokens;
    for (int i = 0; i < demands.length; i++) {
      long share = left / (demands.length - i);
      if (demands[i] > share) {
        return share;
      }
      left -= demands[i];
    }
    return Arrays.stream(demands).max().orElse(0) + left;
  }

  private long committedToOthers(NodeId edge, Instant now) {
    long sum = 0;
    for (Map.Entry<NodeId, Account> entry : accounts.entrySet()) {
      if (!entry.getKey().equals(edge)) {
        sum += entry.getValue().committed(now);
      }
    }
    return sum;
  }

  /**
   * Takes work on, if it is within the edge's grant or within what nobody else may claim.
   *
   * @param tokens 1 to the cap
   */
  boolean accept(NodeId edge, long tokens, Instant now) {
    Account account = accountOf(edge, now);
    if (account == null) {
      return false;
    }
    long mine = account.inFlight + tokens;
    if (mine > account.committed(now) && mine > capTokens - committedToOthers(edge, now)) {
      return false;
    }
    account.inFlight = mine;
    return true;
  }

  /** So much of an edge's work is done, or gone. */
  void done(NodeId edge, long tokens) {
    Account account = accounts.get(edge);
    if (account == null || account.inFlight < tokens) {
      throw new IllegalStateException(
          edge + " gave back " + tokens + " tokens of " + (account == null ? 0 : account.inFlight));
    }
    account.inFlight -= tokens;
  }

  /** Null when there are as many as may be, all of them in use. */
  private @Nullable Account accountOf(NodeId edge, Instant now) {
    Account known = accounts.get(edge);
    if (known != null) {
      return known;
    }
    if (accounts.size() >= limits.maxEdges()) {
      forgetIdle(now);
    }
    if (accounts.size() >= limits.maxEdges()) {
      return null;
    }
    Account fresh = new Account();
    accounts.put(edge, fresh);
    return fresh;
  }

  private void forgetIdle(Instant now) {
    for (Iterator<Account> each = accounts.values().iterator(); each.hasNext(); ) {
      Account account = each.next();
      if (account.committed(now) == 0 && !now.isBefore(account.heardUntil)) {
        each.remove();
      }
    }
  }

  private long inFlight() {
    return accounts.values().stream().mapToLong(account -> account.inFlight).sum();
  }

  /** What may be in flight at most, by what everybody may still believe. At most the cap. */
  long committed(Instant now) {
    return accounts.values().stream().mapToLong(account -> account.committed(now)).sum();
  }

  int edges() {
    return accounts.size();
  }
}
