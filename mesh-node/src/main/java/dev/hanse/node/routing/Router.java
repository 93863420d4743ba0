package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import dev.hanse.hash.InFlight;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for a request and reserves its work there.
 *
 * <p>Hard filters first, over everybody who offers the model; nothing relaxes them. Then region by
 * region, home first: the node that holds the longest prefix of the prompt, if that is worth it and
 * the node is under its bound; else consistent hashing with bounded loads by the prompt's key. A
 * region is left only when its eligible nodes are at their caps. A request that names an order of
 * its own ({@link ProviderLimits}) is placed in that order instead, over all regions at once, under
 * the same bounds and caps.
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
  private final Optional<HeldQuotas> quotas;
  private final Map<NodeId, Long> beats = new HashMap<>();
  private volatile Board board = new Board(ClusterView.EMPTY, Map.of());

  private record Board(ClusterView view, Map<ModelId, List<Pool>> pools) {}

  /** A router that knows of no member yet, and refuses everything. */
  public Router(RoutingSettings settings, InstantSource clock) {
    this(settings, clock, OptionalLong.empty());
  }

  /**
   * A router that keeps to what nodes grant it, see {@link #quotasToAsk}; it uses an eighth of a
   * node's cap before the first grant.
   *
   * @param session chosen at random for the life of this process
   */
  public static Router withQuotas(RoutingSettings settings, InstantSource clock, long session) {
    return new Router(settings, clock, OptionalLong.of(session));
  }

  private Router(RoutingSettings settings, InstantSource clock, OptionalLong session) {
    this.settings = settings;
    this.clock = clock;
    this.outliers = new Outliers(settings.outliers());
    this.prefixes =
        new PrefixIndex(settings.indexBlocks(), settings.prefixFreshFor(), clock.instant());
    this.pools = new Pools(settings, inFlight);
    this.quotas =
        session.isPresent()
            ? Optional.of(new HeldQuotas(inFlight, session.getAsLong()))
            : Optional.empty();
  }

  /** The node this router places for. */
  public NodeId self() {
    return settings.self();
  }

  /** Puts a new view in force, and corrects work in flight by the beats it brings. */
  public void update(Snapshot snapshot) {
    synchronized (updating) {
      ClusterView view = ClusterView.of(snapshot);
      board = new Board(view, pools.update(view, snapshot.placementSeed()));
      Map<NodeId, Member> providers = new HashMap<>();
      for (MemberView member : view.members()) {
        if (member.member().roles().contains(Role.PROVIDER)) {
          providers.put(member.member().id(), member.member());
          observe(member);
        }
      }
      outliers.keep(providers.keySet());
      beats.keySet().retainAll(providers.keySet());
      quotas.ifPresent(held -> held.keep(providers));
    }
  }

  private void observe(MemberView member) {
    NodeId id = member.member().id();
    long beat = member.load().sequence();
    Long last = beats.put(id, beat);
    // A beat holds what this edge had put there when it was sent; what a grant said of the others
    // does not, and is as new.
    boolean told = quotas.isPresent() && quotas.get().isTold(id, clock.instant());
    if (!told && (last == null || last != beat)) {
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
    Placing placing = placing(request, screening, candidates);
    List<Pool> tried = current.pools().getOrDefault(request.model(), List.of());
    Route.@Nullable Leased leased = placing.in(tried);
    quotas.ifPresent(held -> note(held, request, placing, tried, leased, now));
    if (leased != null) {
      return leased;
    }
    return new Route.Refused(
        Route.Reason.FULL,
        join("all " + screening.eligible() + " eligible nodes are full", screening.summary()),
        settings.retryWhenFull());
  }

  /**
   * Where the request would be placed now and why; reserves nothing. For people: it looks at every
   * member and counts every slot of the model's rings.
   */
  public Explained explain(PlacementRequest request) {
    Board current = board;
    List<Candidate> candidates = current.view().candidates(request.model());
    Screening screening =
        Screening.of(
            request, Exclusions.NONE, candidates, clock.instant(), settings.self(), outliers);
    return new Explaining(request, screening, placing(request, screening, candidates))
        .explain(current.pools().getOrDefault(request.model(), List.of()), candidates);
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

  /** Tells what was used and what would have been, so that more is asked for in time. */
  private static void note(
      HeldQuotas held,
      PlacementRequest request,
      Placing placing,
      List<Pool> tried,
      Route.@Nullable Leased leased,
      Instant now) {
    if (leased != null) {
      held.used(leased.placed().node(), now);
    }
    for (Pool pool : tried) {
      int ranks = leased == null ? pool.ring().ranks() : 1;
      for (int rank = 0; rank < ranks; rank++) {
        int index = pool.ring().preference(request.chain().key(), rank);
        Candidate preferred = pool.at(index);
        if (preferred != null && placing.isEligible(pool, index)) {
          held.wanted(
              preferred.member(),
              placing.workTokens(placing.blocksHeldBy(preferred.member())),
              now);
        }
      }
      if (leased != null) {
        return;
      }
    }
  }

  /**
   * The asks to be sent to nodes now, without delay: each is answered by {@link #granted} or {@link
   * #askFailed}. To be called every 50 ms or so; none where this router keeps no quotas.
   */
  public Map<Member, QuotaAsk> quotasToAsk() {
    Map<Member, QuotaAsk> asks = new LinkedHashMap<>();
    quotas.ifPresent(
        held -> held.due(clock.instant()).forEach(due -> asks.put(due.node(), due.ask())));
    return asks;
  }

  /** A node has answered an ask. */
  public void granted(NodeId node, QuotaGrant grant) {
    quotas.ifPresent(held -> held.granted(node, grant, clock.instant()));
  }

  /** An ask could not be sent, or was not answered. */
  public void askFailed(NodeId node, QuotaAsk ask) {
    quotas.ifPresent(held -> held.failed(node, ask.number()));
  }

  /** A node refused work as beyond this edge's quota. */
  public void overQuota(NodeId node) {
    quotas.ifPresent(held -> held.overQuota(node));
  }

  private Placing placing(
      PlacementRequest request, Screening screening, List<Candidate> candidates) {
    return new Placing(
        settings, clock, prefixes, request, screening, largestCap(candidates, screening));
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
}
