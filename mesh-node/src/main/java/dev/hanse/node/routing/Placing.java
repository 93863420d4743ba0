package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.hash.InFlight;
import dev.hanse.hash.PlacementView;
import dev.hanse.hash.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on its way through the regions.
 *
 * <p>Threads: confined to the thread that places it.
 */
final class Placing {
  private final RoutingSettings settings;
  private final InstantSource clock;
  private final PrefixIndex prefixes;
  private final PlacementRequest request;
  private final Screening screening;
  private final long decodeTokens;
  private final long mostTokens;
  private final List<PrefixIndex.Match> matches;

  /**
   * An attempt that has not asked anybody yet.
   *
   * @param largestCap the largest hard cap among those eligible, in tokens
   */
  Placing(
      RoutingSettings settings,
      InstantSource clock,
      PrefixIndex prefixes,
      PlacementRequest request,
      Screening screening,
      long largestCap) {
    this.settings = settings;
    this.clock = clock;
    this.prefixes = prefixes;
    this.request = request;
    this.screening = screening;
    this.decodeTokens =
        Math.max(1, Math.min(request.maxOutputTokens(), settings.expectedOutputTokens()));
    // A request that counted for more than half a node would need one that is nearly idle, and
    // could wait for ever where small ones keep coming.
    this.mostTokens = Math.max(1, largestCap / 2);
    Instant now = clock.instant();
    this.matches = prefixes.match(request.chain(), settings.minMatchBlocks(), now);
  }

  /** A place in one of the pools, tried in their order or in the request's own; null when full. */
  Route.@Nullable Leased in(List<Pool> pools) {
    if (request.constraints().providers().isOrdered()) {
      return inOrder(pools);
    }
    for (Pool pool : pools) {
      Route.@Nullable Leased leased = in(pool);
      if (leased != null) {
        return leased;
      }
    }
    return null;
  }

  private Route.@Nullable Leased in(Pool pool) {
    for (PrefixIndex.Match match : matches) {
      Route.@Nullable Leased held = isWorthIt(match) ? onHolder(pool, match) : null;
      if (held != null) {
        return held;
      }
    }
    return byKey(pool);
  }

  /** The nodes that probably hold a prefix of the prompt, longest first. */
  List<PrefixIndex.Match> matches() {
    return matches;
  }

  /** A tenth of the prompt at least: below it balance is worth more. Source: Ray Serve LLM. */
  boolean isWorthIt(PrefixIndex.Match match) {
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
    long handle = pool.ring().tryReserveOn(index, tokens, worthOfCache(tokens));
    return handle < 0
        ? null
        : leased(pool, holder, handle, tokens, match.blocks(), byRing(pool, holder));
  }

  /**
   * How far above its bound a holder is still better than somebody else: what the cache saves,
   * twice, as computing it again would delay this request and whoever comes behind it there.
   * Measured on a trace, see the README's comparison.
   */
  long worthOfCache(long tokens) {
    return Math.min(2 * (workTokens(0) - tokens), InFlight.MAX_LEASE_TOKENS);
  }

  private Route.@Nullable Leased byKey(Pool pool) {
    PlacementView ring = pool.ring();
    long tokens = workTokens(0);
    long handle = ring.tryReserve(request.chain().key(), tokens, index -> isEligible(pool, index));
    if (handle < 0) {
      Refusal ignored = Refusal.of(handle);
      return switch (ignored) {
        case FULL, NONE_ELIGIBLE, OVER_BOUND, LEASES_EXHAUSTED -> null;
      };
    }
    Candidate chosen = pool.of(handle);
    if (chosen == null) {
      throw new IllegalStateException(
          "a lease names " + pool.placement().memberOf(handle).id() + ", which is not in its pool");
    }
    int blocks = blocksHeldBy(chosen.member());
    long held = workTokens(blocks);
    if (held < tokens) {
      var _ = pool.placement().adjust(handle, held);
    }
    return leased(pool, chosen, handle, held, blocks, byRing(pool, chosen));
  }

  boolean isEligible(Pool pool, int index) {
    Candidate candidate = pool.at(index);
    return candidate != null && screening.admits(candidate);
  }

  /**
   * In the order the request asks for: the first below its bound; where all are above, the first
   * with room under its hard cap, which is never passed.
   */
  private Route.@Nullable Leased inOrder(List<Pool> pools) {
    List<Turn> turns = turns(pools);
    for (Turn turn : turns) {
      long handle = turn.pool().ring().tryReserveOn(turn.index(), workTokens(turn.blocksHeld()));
      if (handle >= 0) {
        return leased(turn, turns, handle);
      }
    }
    for (Turn turn : turns) {
      long handle =
          turn.pool()
              .ring()
              .tryReserve(
                  request.chain().key(),
                  workTokens(turn.blocksHeld()),
                  index -> index == turn.index());
      if (handle >= 0) {
        return leased(turn, turns, handle);
      }
    }
    return null;
  }

  /** Those eligible, in the order the request asks for. */
  List<Turn> turns(List<Pool> pools) {
    return Turn.inOrder(this, request, pools);
  }

  private Route.Leased leased(Turn turn, List<Turn> turns, long handle) {
    ProviderLimits limits = request.constraints().providers();
    StringBuilder text = new StringBuilder(64);
    limits.sort().ifPresent(sort -> text.append("sort ").append(sort.word()).append("; "));
    if (turn.wanted() < limits.order().size()) {
      text.append("order ").append(limits.order().get(turn.wanted())).append("; ");
    }
    text.append(turns.indexOf(turn) + 1).append(" of ").append(turns.size());
    long tokens = workTokens(turn.blocksHeld());
    return leased(
        turn.pool(), turn.candidate(), handle, tokens, turn.blocksHeld(), text.toString());
  }

  int blocksHeldBy(Member member) {
    for (PrefixIndex.Match match : matches) {
      if (match.node().equals(member.id()) && match.incarnation() == member.incarnation()) {
        return match.blocks();
      }
    }
    return 0;
  }

  /** Prompt tokens in blocks that a node holds already. */
  long cachedTokens(int blocksHeld) {
    return request.promptTokens() * blocksHeld / request.chain().length();
  }

  /** Uncached prefill and expected decode. */
  long workTokens(int blocksHeld) {
    return Math.clamp(
        request.promptTokens() - cachedTokens(blocksHeld) + decodeTokens, 1, mostTokens);
  }

  long decodeTokens() {
    return decodeTokens;
  }

  private Route.Leased leased(
      Pool pool, Candidate chosen, long handle, long tokens, int blocksHeld, String how) {
    Member node = chosen.member();
    Lease lease =
        new Lease(
            pool.placement(),
            handle,
            tokens,
            Math.min(tokens, decodeTokens),
            () -> prefixes.record(request.chain(), node.id(), node.incarnation(), clock.instant()));
    OptionalLong epoch =
        chosen
            .offer()
            .quote()
            .map(quote -> OptionalLong.of(quote.epoch()))
            .orElse(OptionalLong.empty());
    return new Route.Leased(
        new Placed(node, chosen.price(), epoch, reason(pool, blocksHeld, how)), lease);
  }

  private String byRing(Pool pool, Candidate chosen) {
    Candidate first = pool.at(pool.ring().first(request.chain().key()));
    if (first == null) {
      return "";
    }
    if (first.member().id().equals(chosen.member().id())) {
      return "ring 1st";
    }
    return "ring 1st "
        + first.member().id()
        + (screening.admits(first) ? " passed over" : " excluded");
  }

  private String reason(Pool pool, int blocksHeld, String how) {
    StringBuilder text = new StringBuilder(128);
    if (blocksHeld > 0) {
      text.append("prefix-match ")
          .append(blocksHeld)
          .append('/')
          .append(request.chain().length())
          .append(" blocks; ");
    }
    text.append(how);
    if (!pool.region().equals(settings.home())) {
      text.append("; spilled from ").append(settings.home());
    }
    String excluded = screening.summary();
    return excluded.isEmpty() ? text.toString() : text + "; " + excluded;
  }
}
