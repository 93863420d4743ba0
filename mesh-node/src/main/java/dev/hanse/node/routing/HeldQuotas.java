package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.hash.InFlight;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What nodes have granted this edge, as hard limits on the work it may have in flight on each, and
 * when to ask for more.
 *
 * <p>Placing never waits for a grant: it uses what is held, and a walk over the nodes in use, a few
 * times between two beats, finds those to ask. A node not asked yet may be given {@code 1/}{@value
 * #ALLOWANCE} of its cap: it counts that, and refuses it when it has no such room. An ask is due
 * when three quarters of a grant are in use, when a request found no room, and when half of the
 * grant's time is over; it wants half as much again as is in use, so that what is not used any more
 * is left out of the next grant. A node that is not used is not asked, and its grant runs out.
 *
 * <p>Threads: safe for any.
 */
final class HeldQuotas {
  /** The part of a node's cap that may be used before its first grant. */
  static final int ALLOWANCE = 8;

  /** An ask whose answer has not come by then is lost. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

  /** An ask that brought no more is not repeated sooner, however short the room is. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final InFlight inFlight;
  private final long session;

  /** Nodes in use; no more than there are members. */
  private final Map<NodeId, Holding> holdings = new ConcurrentHashMap<>();

  /** An ask to be sent to a member. */
  record Due(Member node, QuotaAsk ask) {}

  /** What one node has granted. Guarded by itself. */
  private static final class Holding {
    private Member member;
    private long asked;
    private long holds;
    private long granted;
    private boolean grantedOnce;
    private Instant sentAt = Instant.MIN;
    private Instant until = Instant.MIN;
    private Instant usedAt = Instant.MIN;
    private boolean waiting;
    private long unmet;

    Holding(Member member) {
      this.member = member;
    }

    long allowance() {
      return Math.max(1, member.capacity().workTokens() / ALLOWANCE);
    }
  }

  HeldQuotas(InFlight inFlight, long session) {
    this.inFlight = inFlight;
    this.session = session;
  }

  /** Limits a member to the allowance unless it has granted more; to be called with every view. */
  void keep(Map<NodeId, Member> members) {
    holdings.keySet().retainAll(members.keySet());
    members.forEach((id, member) -> {
      Holding holding = holdings.get(id);
      if (holding == null) {
        inFlight.limit(id.toString(), new Holding(member).allowance());
        return;
      }
      synchronized (holding) {
        boolean restarted = holding.member.incarnation() != member.incarnation();
        holding.member = member;
        if (restarted) {
          withdraw(holding);
        }
      }
    });
  }

  private void withdraw(Holding holding) {
    holding.granted = holding.allowance();
    holding.grantedOnce = false;
    holding.until = Instant.MIN;
    inFlight.limit(holding.member.id().toString(), holding.granted);
  }

  /** Work has been placed there, or would have been. */
  void used(Member member, Instant now) {
    Holding holding = of(member);
    synchronized (holding) {
      holding.usedAt = now;
    }
  }

  /** A request of so many tokens found no room there; does nothing where there was room. */
  void wanted(Member member, long tokens, Instant now) {
    Holding holding = of(member);
    synchronized (holding) {
      if (inFlight.tokensOf(member.id().toString()) + tokens > holding.granted) {
        holding.usedAt = now;
        holding.unmet = Math.max(holding.unmet, tokens);
      }
    }
  }

  private Holding of(Member member) {
    Holding known = holdings.get(member.id());
    return known != null
        ? known
        : holdings.computeIfAbsent(
            member.id(),
            _ -> {
              Holding fresh = new Holding(member);
              fresh.granted = fresh.allowance();
              return fresh;
            });
  }

  /** The node says that what is held has been too much: nothing more until it grants again. */
  void overQuota(NodeId node) {
    Holding holding = holdings.get(node);
    if (holding != null) {
      synchronized (holding) {
        holding.granted = Math.min(holding.granted, inFlight.tokensOf(node.toString()));
        holding.unmet = Math.max(holding.unmet, 1);
        inFlight.limit(node.toString(), holding.granted);
      }
    }
  }

  /** The asks to be sent now; each is to be answered by {@link #granted} or {@link #failed}. */
  List<Due> due(Instant now) {
    List<Due> due = new ArrayList<>();
    holdings.forEach((id, holding) -> {
      synchronized (holding) {
        QuotaAsk ask = due(holding, now);
        if (ask != null) {
          due.add(new Due(holding.member, ask));
        }
      }
    });
    return due;
  }

  private @Nullable QuotaAsk due(Holding holding, Instant now) {
    long own = inFlight.tokensOf(holding.member.id().toString());
    if (holding.waiting && !now.isBefore(holding.sentAt.plus(ANSWER_WITHIN))) {
      holding.waiting = false;
    }
    boolean over = holding.grantedOnce && !now.isBefore(holding.until);
    if (over) {
      withdraw(holding);
    }
    boolean idle =
        own == 0
            && holding.unmet == 0
            && (holding.usedAt.equals(Instant.MIN)
                || !now.isBefore(holding.usedAt.plus(ANSWER_WITHIN)));
    if (holding.waiting
        || idle
        || now.isBefore(holding.sentAt.equals(Instant.MIN) ? now : holding.sentAt.plus(PAUSE))) {
      return null;
    }
    boolean isShort = holding.unmet > 0 || own > holding.granted / 4 * 3;
    boolean halfOver =
        !holding.grantedOnce
            || !now.isBefore(
                holding.sentAt.plus(Duration.between(holding.sentAt, holding.until).dividedBy(2)));
    if (!isShort && !halfOver) {
      return null;
    }
    long wanted = Math.max(Math.max(holding.unmet, own / 2), holding.allowance());
    holding.unmet = 0;
    holding.asked++;
    holding.sentAt = now;
    holding.waiting = true;
    return new QuotaAsk(session, holding.asked, holding.holds, own, wanted);
  }

  /** A node has answered; an answer that is not to its newest ask changes nothing. */
  void granted(NodeId node, QuotaGrant grant, Instant now) {
    Holding holding = holdings.get(node);
    if (holding == null) {
      return;
    }
    synchronized (holding) {
      Instant until = holding.sentAt.plus(grant.lasts());
      if (!holding.waiting || grant.number() != holding.asked || !now.isBefore(until)) {
        return;
      }
      holding.waiting = false;
      holding.holds = grant.number();
      holding.granted = grant.tokens();
      holding.grantedOnce = true;
      holding.until = until;
      inFlight.limit(node.toString(), grant.tokens());
      inFlight.observe(node.toString(), inFlight.tokensOf(node.toString()) + grant.othersTokens());
    }
  }

  /** An ask has failed; what is held stays until its time is over. */
  void failed(NodeId node, long number) {
    Holding holding = holdings.get(node);
    if (holding != null) {
      synchronized (holding) {
        holding.waiting &= holding.asked != number;
      }
    }
  }

  /** Whether the node itself has said lately what others have there: truer than a beat. */
  boolean isTold(NodeId node, Instant now) {
    Holding holding = holdings.get(node);
    if (holding == null) {
      return false;
    }
    synchronized (holding) {
      return holding.grantedOnce && now.isBefore(holding.until);
    }
  }

  /** What is held of a node now; empty where it has granted nothing. */
  Optional<Long> grantOf(NodeId node, Instant now) {
    Holding holding = holdings.get(node);
    if (holding == null) {
      return Optional.empty();
    }
    synchronized (holding) {
      return holding.grantedOnce && now.isBefore(holding.until)
          ? Optional.of(holding.granted)
          : Optional.empty();
    }
  }
}
