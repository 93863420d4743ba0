package dev.hanse.node.dispatch;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The work a node has accepted: what runs, and what waits its turn, first come first served.
 *
 * <p>Where edges have quotas, a {@link QuotaBook} is asked first, under the same lock: what runs
 * and what waits together never exceed the cap then, and a request waits for a place only.
 *
 * <p>Threads: safe for any; every method is short, holds the one lock, and calls nobody. Whoever
 * frees room is handed the entries that may start now, and starts them.
 */
final class Ledger {
  private final DispatchLimits limits;
  private final @Nullable QuotaBook book;
  private final ArrayDeque<Entry> queue = new ArrayDeque<>();
  private long workTokens;
  private int requests;

  /** One request's line. Its fields are guarded by the ledger's lock. */
  static class Entry {
    private final NodeId edge;
    private long tokens;
    private State state = State.NEW;

    Entry(NodeId edge, long tokens) {
      this.edge = edge;
      this.tokens = Math.max(1, tokens);
    }
  }

  /** Where an entry stands. */
  enum State {
    NEW,
    QUEUED,
    RUNNING,
    OVER
  }

  /** What a request is told on arrival. */
  enum Admission {
    STARTS,
    WAITS,
    REFUSED,
    /** Its edge has no room left here. */
    OVER_QUOTA
  }

  /** A ledger without quotas: whoever comes first is served. */
  Ledger(DispatchLimits limits) {
    this(limits, Optional.empty());
  }

  Ledger(DispatchLimits limits, Optional<QuotaLimits> quotas) {
    this.limits = limits;
    this.book = quotas.map(shared -> new QuotaBook(limits.workTokens(), shared)).orElse(null);
  }

  /** How much work an edge may have here from now on; empty where edges have no quotas. */
  synchronized Optional<QuotaGrant> ask(NodeId edge, QuotaAsk ask, Instant now) {
    return book == null ? Optional.empty() : Optional.of(book.ask(edge, ask, now));
  }

  synchronized Admission admit(Entry entry, Instant now) {
    if (book != null) {
      // A request larger than the cap runs alone; more than the cap nobody can hold.
      entry.tokens = Math.min(entry.tokens, limits.workTokens());
      if (!book.accept(entry.edge, entry.tokens, now)) {
        entry.state = State.OVER;
        return Admission.OVER_QUOTA;
      }
    }
    if (queue.isEmpty() && hasRoomFor(entry)) {
      begin(entry);
      return Admission.STARTS;
    }
    if (queue.size() >= limits.maxQueued()) {
      entry.state = State.OVER;
      giveBack(entry, entry.tokens);
      return Admission.REFUSED;
    }
    entry.state = State.QUEUED;
    queue.addLast(entry);
    return Admission.WAITS;
  }

  /** Gives up waiting; false when it no longer waits. */
  synchronized boolean leaveQueue(Entry entry) {
    if (entry.state != State.QUEUED) {
      return false;
    }
    entry.state = State.OVER;
    queue.remove(entry);
    giveBack(entry, entry.tokens);
    return true;
  }

  /** The request has at most this much work left. */
  synchronized List<Entry> shrink(Entry entry, long tokensLeft) {
    if (entry.state != State.RUNNING || tokensLeft >= entry.tokens) {
      return List.of();
    }
    workTokens -= entry.tokens - tokensLeft;
    giveBack(entry, entry.tokens - tokensLeft);
    entry.tokens = tokensLeft;
    return startable();
  }

  /** One token of decode is done; the last is kept until the request ends. */
  synchronized List<Entry> step(Entry entry) {
    if (entry.state != State.RUNNING || entry.tokens <= 1) {
      return List.of();
    }
    entry.tokens--;
    workTokens--;
    giveBack(entry, 1);
    return startable();
  }

  /** The request is over, however it ended. Harmless when repeated. */
  synchronized List<Entry> release(Entry entry) {
    State before = entry.state;
    entry.state = State.OVER;
    if (before == State.QUEUED) {
      queue.remove(entry);
    }
    if (before == State.QUEUED || before == State.RUNNING) {
      giveBack(entry, entry.tokens);
    }
    if (before == State.RUNNING) {
      workTokens -= entry.tokens;
      requests--;
    }
    return startable();
  }

  private void giveBack(Entry entry, long tokens) {
    if (book != null) {
      book.done(entry.edge, tokens);
    }
  }

  private List<Entry> startable() {
    if (queue.isEmpty() || !hasRoomFor(queue.getFirst())) {
      return List.of();
    }
    List<Entry> starting = new ArrayList<>();
    while (!queue.isEmpty() && hasRoomFor(queue.getFirst())) {
      Entry next = queue.removeFirst();
      begin(next);
      starting.add(next);
    }
    return starting;
  }

  private boolean hasRoomFor(Entry entry) {
    return requests == 0
        || (requests < limits.maxRequests() && workTokens + entry.tokens <= limits.workTokens());
  }

  private void begin(Entry entry) {
    entry.state = State.RUNNING;
    workTokens += entry.tokens;
    requests++;
  }

  synchronized long workTokens() {
    return workTokens + queue.stream().mapToLong(entry -> entry.tokens).sum();
  }

  synchronized int requests() {
    return requests;
  }

  synchronized int queued() {
    return queue.size();
  }
}
