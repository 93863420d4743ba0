package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import dev.hanse.hash.InFlight;
import dev.hanse.hash.PlacementView;
import dev.hanse.hash.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for a request and reserves its work there.
 *
 * <p>Hard filters first, over everybody who offers the model; nothing relaxes them. Then region by
 * region, home first: the node that holds the longest prefix of the prompt, if that is worth it and
 * the node is under its bound; else consistent hashing with bounded loads by the prompt's key. A
 * region is left only when its eligible nodes are at their caps.
 *
 * <p>Threads: {@link #route} and what it returns are safe for any thread, and read one immutable
 * board. {@link #update} may take tens of milliseconds when members change (a ring is rebuilt): not
 * for an event loop.
 */
public final class Router {
  private final RoutingSettings settings;
  private final InstantSource clock;
  private final InFlight inFlight = new InFlight();
  private final Outliers outliers;
  private final PrefixIndex prefixes;
  private final Object updating = new Object();
  private final Pools pools;
  private final Map<NodeId, Long> beats = new HashMap<>();
  private volatile Board board = new Board(ClusterView.EMPTY, Map.of());

  private record Board(ClusterView view, Map<ModelId, List<Pool>> pools) {}

  /** A router that knows of no member yet, and refuses everything. */
  public Router(RoutingSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.outliers = new Outliers(settings.outliers());
    this.prefixes =
        new PrefixIndex(settings.indexBlocks(), settings.prefixFreshFor(), clock.instant());
    this.pools = new Pools(settings, inFlight);
  }

  /** Puts a new view in force, and corrects work in flight by the beats it brings. */
  public void update(Snapshot snapshot) {
    synchronized (updating) {
      ClusterView view = ClusterView.of(snapshot);
      board = new Board(view, pools.update(view));
      Set<NodeId> providers = new HashSet<>();
      for (MemberView member : view.members()) {
        if (member.member().roles().contains(Role.PROVIDER)) {
          providers.add(member.member().id());
          observe(member);
        }
      }
      outliers.keep(providers);
      beats.keySet().retainAll(providers);
    }
  }

  private void observe(MemberView member) {
    NodeId id = member.member().id();
    long beat = member.load().sequence();
    Long last = beats.put(id, beat);
    if (last == null || last != beat) {
      inFlight.observe(id.toString(), member.load().inFlightWorkTokens());
    }
  }

  /** The view in force. */
  public ClusterView view() {
    return board.view();
  }

  /** Work this edge has reserved on a node and not released, in tokens. */
  public long reservedTokens(NodeId node) {
    return inFlight.tokensOf(node.toString());
  }

  /** Places one attempt. */
  public Route route(PlacementRequest request, Exclusions exclusions) {
    Board current = board;
    List<Candidate> candidates = current.view().candidates(request.model());
    if (candidates.isEmpty()) {
      return new Route.Refused(
          Route.Reason.MODEL_UNKNOWN, "no node offers the model", Duration.ZERO);
    }
    Instant now = clock.instant();
    Screening screening =
        Screening.of(request, exclusions, candidates, now, settings.self(), outliers);
    if (screening.eligible() == 0) {
      return refused(screening, now);
    }
    Placing placing = new Placing(request, screening, now, largestCap(candidates, screening));
    for (Pool pool : current.pools().getOrDefault(request.model(), List.of())) {
      Route.@Nullable Leased leased = placing.in(pool);
      if (leased != null) {
        return leased;
      }
    }
    return new Route.Refused(
        Route.Reason.FULL,
        join("all " + screening.eligible() + " eligible nodes are full", screening.summary()),
        settings.retryWhenFull());
  }

  private Route.Refused refused(Screening screening, Instant now) {
    if (screening.mayPass()) {
      Duration back = outliers.nextReturn(now);
      return new Route.Refused(
          Route.Reason.UNAVAILABLE,
          screening.summary(),
          back.isZero() ? settings.retryWhenFull() : back);
    }
    Route.Reason reason =
        screening.count(Exclusion.CONTEXT) > 0
            ? Route.Reason.CONTEXT_TOO_LONG
            : Route.Reason.NONE_ELIGIBLE;
    return new Route.Refused(reason, screening.summary(), Duration.ZERO);
  }

  private static long largestCap(List<Candidate> candidates, Screening screening) {
    long largest = 0;
    for (Candidate candidate : candidates) {
      if (screening.admits(candidate)) {
        largest = Math.max(largest, candidate.member().capacity().workTokens());
      }
    }
    return largest;
  }

  /** The node answered. */
  public void succeeded(NodeId node) {
    outliers.succeeded(node);
  }

  /** The node failed in a way that is its own fault. */
  public void failed(NodeId node) {
    outliers.failed(node, clock.instant());
  }

  /** The node asked for a pause; nothing is placed on it before its end. */
  public void paused(NodeId node, Duration pause) {
    outliers.paused(node, pause, clock.instant());
  }

  private static String join(String first, String second) {
    return second.isEmpty() ? first : first + "; " + second;
  }

  /** One attempt on its way through the regions. */
  private final class Placing {
    private final PlacementRequest request;
    private final Screening screening;
    private final long decodeTokens;
    private final long mostTokens;
    private final List<PrefixIndex.Match> matches;

    Placing(PlacementRequest request, Screening screening, Instant now, long largestCap) {
      this.request = request;
      this.screening = screening;
      this.decodeTokens =
          Math.max(1, Math.min(request.maxOutputTokens(), settings.expectedOutputTokens()));
      // A request that counted for more than half a node would need one that is nearly idle, and
      // could wait for ever where small ones keep coming.
      this.mostTokens = Math.max(1, largestCap / 2);
      this.matches = prefixes.match(request.chain(), settings.minMatchBlocks(), now);
    }

    Route.@Nullable Leased in(Pool pool) {
      for (PrefixIndex.Match match : matches) {
        Route.@Nullable Leased held = isWorthIt(match) ? onHolder(pool, match) : null;
        if (held != null) {
          return held;
        }
      }
      return byKey(pool);
    }

    /** A tenth of the prompt at least: below it balance is worth more. Source: Ray Serve LLM. */
    private boolean isWorthIt(PrefixIndex.Match match) {
      return match.blocks() * 10L >= request.chain().length();
    }

    private Route.@Nullable Leased onHolder(Pool pool, PrefixIndex.Match match) {
      int index = pool.ring().indexOf(match.node().toString());
      Candidate holder = index < 0 ? null : pool.at(index);
      if (holder == null
          || !screening.admits(holder)
          || holder.member().incarnation() != match.incarnation()) {
        return null;
      }
      long tokens = workTokens(match.blocks());
      long handle = pool.ring().tryReserveOn(index, tokens);
      return handle < 0 ? null : leased(pool, holder, handle, tokens, match.blocks());
    }

    private Route.@Nullable Leased byKey(Pool pool) {
      PlacementView ring = pool.ring();
      long tokens = workTokens(0);
      long handle =
          ring.tryReserve(
              request.chain().key(),
              tokens,
              index -> {
                Candidate candidate = pool.at(index);
                return candidate != null && screening.admits(candidate);
              });
      if (handle < 0) {
        Refusal ignored = Refusal.of(handle);
        return switch (ignored) {
          case FULL, NONE_ELIGIBLE, OVER_BOUND, LEASES_EXHAUSTED -> null;
        };
      }
      Candidate chosen = pool.of(handle);
      if (chosen == null) {
        throw new IllegalStateException(
            "a lease names "
                + pool.placement().memberOf(handle).id()
                + ", which is not in its pool");
      }
      int blocks = blocksHeldBy(chosen.member());
      long held = workTokens(blocks);
      if (held < tokens) {
        var _ = pool.placement().adjust(handle, held);
      }
      return leased(pool, chosen, handle, held, blocks);
    }

    private int blocksHeldBy(Member member) {
      for (PrefixIndex.Match match : matches) {
        if (match.node().equals(member.id()) && match.incarnation() == member.incarnation()) {
          return match.blocks();
        }
      }
      return 0;
    }

    private long workTokens(int blocksHeld) {
      long cached = request.promptTokens() * blocksHeld / request.chain().length();
      return Math.clamp(request.promptTokens() - cached + decodeTokens, 1, mostTokens);
    }

    private Route.Leased leased(
        Pool pool, Candidate chosen, long handle, long tokens, int blocksHeld) {
      Member node = chosen.member();
      Lease lease =
          new Lease(
              pool.placement(),
              handle,
              tokens,
              Math.min(tokens, decodeTokens),
              () ->
                  prefixes.record(request.chain(), node.id(), node.incarnation(), clock.instant()));
      return new Route.Leased(
          new Placed(node, chosen.offer().price(), reason(pool, chosen, blocksHeld)), lease);
    }

    private String reason(Pool pool, Candidate chosen, int blocksHeld) {
      StringBuilder text = new StringBuilder(128);
      if (blocksHeld > 0) {
        text.append("prefix-match ")
            .append(blocksHeld)
            .append('/')
            .append(request.chain().length())
            .append(" blocks; ");
      }
      Candidate first = pool.at(pool.ring().first(request.chain().key()));
      if (first != null && first.member().id().equals(chosen.member().id())) {
        text.append("ring 1st");
      } else if (first != null) {
        text.append("ring 1st ")
            .append(first.member().id())
            .append(screening.admits(first) ? " passed over" : " excluded");
      }
      if (!pool.region().equals(settings.home())) {
        text.append("; spilled from ").append(settings.home());
      }
      return join(text.toString(), screening.summary());
    }
  }
}
