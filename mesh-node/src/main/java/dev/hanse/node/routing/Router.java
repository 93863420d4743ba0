package dev.hanse.node.routing;

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
      board = new Board(view, pools.update(view, snapshot.placementSeed()));
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
    Route.@Nullable Leased leased =
        placing(request, screening, candidates)
            .in(current.pools().getOrDefault(request.model(), List.of()));
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
