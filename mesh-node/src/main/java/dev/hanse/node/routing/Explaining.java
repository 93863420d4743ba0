package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import dev.hanse.api.Quote;
import dev.hanse.hash.Eligible;
import dev.hanse.hash.Explanation;
import dev.hanse.hash.Snapshot;
import dev.hanse.node.routing.Explained.Step;
import dev.hanse.node.routing.Explained.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes the way {@link Placing} goes, without reserving, and notes what every node would answer.
 *
 * <p>Threads: confined to the thread that explains.
 */
final class Explaining {
  private final PlacementRequest request;
  private final Screening screening;
  private final Placing placing;
  private final List<Step> steps = new ArrayList<>();
  private final Set<NodeId> seen = new HashSet<>();
  private @Nullable Step chosen;

  /** Nobody listed in a region would do, and yet the request does not leave it. */
  private boolean withinReach;

  Explaining(PlacementRequest request, Screening screening, Placing placing) {
    this.request = request;
    this.screening = screening;
    this.placing = placing;
  }

  Explained explain(List<Pool> pools, List<Candidate> candidates) {
    Map<NodeId, Snapshot.MemberLoad> loads = new HashMap<>();
    for (Pool pool : pools) {
      for (Snapshot.MemberLoad load : pool.placement().snapshot().members()) {
        loads.put(NodeId.parse(load.member().id()), load);
      }
    }
    if (request.constraints().providers().isOrdered()) {
      inOrder(pools, loads);
    } else {
      pools.forEach(pool -> {
        byPrefix(pool, loads);
        byKey(pool, loads);
      });
    }
    for (Candidate candidate : candidates) {
      if (!seen.contains(candidate.member().id())) {
        rest(candidate, loads);
      }
    }
    return new Explained(
        request.model(),
        request.chain().key(),
        request.chain().length(),
        request.promptTokens(),
        steps,
        Optional.ofNullable(chosen).map(Step::node),
        outcome());
  }

  private void inOrder(List<Pool> pools, Map<NodeId, Snapshot.MemberLoad> loads) {
    List<Turn> turns = placing.turns(pools);
    String how = request.constraints().providers().sort().isPresent() ? "sort" : "order";
    for (Turn turn : turns) {
      asked(how, preference(turn), turn.pool(), turn.candidate(), loads, 0);
    }
    withinReach =
        chosen == null
            && steps.stream()
                .anyMatch(step ->
                    step.verdict() == Verdict.OVER_BOUND
                        && step.workTokens() <= step.hardTokens() - step.inFlightTokens());
  }

  private static OptionalInt preference(Turn turn) {
    return turn.preference() == Integer.MAX_VALUE
        ? OptionalInt.empty()
        : OptionalInt.of(turn.preference());
  }

  private void byPrefix(Pool pool, Map<NodeId, Snapshot.MemberLoad> loads) {
    for (PrefixIndex.Match match : placing.matches()) {
      int index = placing.isWorthIt(match) ? pool.ring().indexOf(match.node().toString()) : -1;
      Candidate holder = index < 0 ? null : pool.at(index);
      if (holder != null && holder.member().incarnation() == match.incarnation()) {
        long worth = placing.worthOfCache(placing.workTokens(match.blocks()));
        asked("prefix", OptionalInt.empty(), pool, holder, loads, worth);
      }
    }
  }

  private void byKey(Pool pool, Map<NodeId, Snapshot.MemberLoad> loads) {
    Explanation told =
        pool.ring()
            .explain(
                request.chain().key(),
                placing.workTokens(0),
                index -> placing.isEligible(pool, index));
    if (told.hotWays() > 1) {
      told.steps().stream()
          .limit(told.hotWays())
          .filter(step -> step.verdict() != Explanation.Verdict.INELIGIBLE)
          .min(
              Comparator.comparingDouble(
                  step -> (double) step.inFlightTokens() / step.softTokens()))
          .ifPresent(step -> add("hot key", step, pool, loads));
    }
    told.steps().forEach(step -> add("key", step, pool, loads));
    // A ring refuses only when nobody has room: where all listed are above their bounds, the bound
    // is taken over those with room alone, and one of them gets it.
    withinReach |=
        chosen == null
            && told.steps().stream()
                .anyMatch(step ->
                    step.verdict() == Explanation.Verdict.OVER_BOUND
                        && placing.workTokens(0) <= step.hardTokens() - step.inFlightTokens());
  }

  private void add(
      String how, Explanation.Step step, Pool pool, Map<NodeId, Snapshot.MemberLoad> loads) {
    Candidate candidate = pool.of(step.member());
    if (candidate != null) {
      add(
          step(how, OptionalInt.of(step.rank()), candidate, loads, verdictOf(step))
              .at(step.inFlightTokens(), step.softTokens(), step.hardTokens()));
    }
  }

  private static Verdict verdictOf(Explanation.Step step) {
    return switch (step.verdict()) {
      case ADMITS -> Verdict.WOULD_DO;
      case INELIGIBLE -> Verdict.EXCLUDED;
      case OVER_BOUND -> Verdict.OVER_BOUND;
      case OVER_HARD_CAP -> Verdict.FULL;
    };
  }

  /**
   * A node asked by name, under the bound of a request of what it would reserve there.
   *
   * @param above tokens by which it may be above that bound
   */
  private void asked(
      String how,
      OptionalInt rank,
      Pool pool,
      Candidate candidate,
      Map<NodeId, Snapshot.MemberLoad> loads,
      long above) {
    NodeId id = candidate.member().id();
    long tokens = placing.workTokens(placing.blocksHeldBy(candidate.member()));
    Optional<Explanation.Step> told =
        pool.ring().explain(request.chain().key(), tokens, Eligible.ALL).steps().stream()
            .filter(step -> step.member().id().equals(id.toString()))
            .findFirst();
    Snapshot.MemberLoad load = loads.get(id);
    Draft draft;
    if (told.isPresent()) {
      Explanation.Step known = told.get();
      draft =
          step(how, rank, candidate, loads, verdictOf(known))
              .at(known.inFlightTokens(), known.softTokens(), known.hardTokens());
    } else {
      draft = step(how, rank, candidate, loads, verdictOf(load, tokens));
    }
    Step step = draft.step();
    if (step.verdict() == Verdict.OVER_BOUND && step.inFlightTokens() < step.softTokens() + above) {
      boolean fits = tokens <= step.hardTokens() - step.inFlightTokens();
      draft = new Draft(draft.saying(fits ? Verdict.WOULD_DO : Verdict.FULL, step.because()));
    }
    add(
        screening.admits(candidate)
            ? draft
            : new Draft(draft.saying(Verdict.EXCLUDED, draft.step().because())));
  }

  private static Verdict verdictOf(Snapshot.@Nullable MemberLoad load, long tokens) {
    if (load == null) {
      return Verdict.NOT_ASKED;
    }
    long inFlight = load.ownTokens() + load.otherTokens();
    if (inFlight >= load.softTokens()) {
      return Verdict.OVER_BOUND;
    }
    return tokens > load.member().hardCapTokens() - inFlight ? Verdict.FULL : Verdict.WOULD_DO;
  }

  private void rest(Candidate candidate, Map<NodeId, Snapshot.MemberLoad> loads) {
    add(
        step(
            "-",
            OptionalInt.empty(),
            candidate,
            loads,
            screening.admits(candidate) ? Verdict.NOT_ASKED : Verdict.EXCLUDED));
  }

  /** A step whose loads may still be said more exactly. */
  private record Draft(Step step) {
    Draft at(long inFlight, long soft, long hard) {
      return new Draft(
          new Step(
              step.how(),
              step.rank(),
              step.node(),
              step.region(),
              step.price(),
              step.epoch(),
              step.weight(),
              step.share(),
              step.blocksHeld(),
              step.workTokens(),
              inFlight,
              soft,
              hard,
              step.verdict(),
              step.because()));
    }

    Step saying(Verdict verdict, String because) {
      return new Step(
          step.how(),
          step.rank(),
          step.node(),
          step.region(),
          step.price(),
          step.epoch(),
          step.weight(),
          step.share(),
          step.blocksHeld(),
          step.workTokens(),
          step.inFlightTokens(),
          step.softTokens(),
          step.hardTokens(),
          verdict,
          because);
    }
  }

  private Draft step(
      String how,
      OptionalInt rank,
      Candidate candidate,
      Map<NodeId, Snapshot.MemberLoad> loads,
      Verdict verdict) {
    Snapshot.MemberLoad load = loads.get(candidate.member().id());
    int held = placing.blocksHeldBy(candidate.member());
    Optional<Quote> quote = candidate.offer().quote();
    Exclusion exclusion = screening.verdict(candidate);
    return new Draft(
        new Step(
            how,
            rank,
            candidate.member().id(),
            candidate.member().region(),
            candidate.price(),
            quote.isPresent() ? OptionalLong.of(quote.get().epoch()) : OptionalLong.empty(),
            load == null ? 0 : load.member().weight(),
            load == null ? 0 : load.keyShare(),
            held,
            placing.workTokens(held),
            load == null ? 0 : load.ownTokens() + load.otherTokens(),
            load == null ? 0 : load.softTokens(),
            load == null ? 0 : load.member().hardCapTokens(),
            verdict,
            exclusion == null ? "" : "excluded: " + exclusion.word()));
  }

  /** The first that would do is the one. */
  private void add(Draft draft) {
    Step step = draft.step();
    seen.add(step.node());
    Step said =
        switch (step.verdict()) {
          case WOULD_DO, CHOSEN ->
              chosen == null && !withinReach
                  ? draft.saying(Verdict.CHOSEN, "below its bound, with room")
                  : draft.saying(Verdict.WOULD_DO, "not reached");
          case EXCLUDED -> draft.saying(Verdict.EXCLUDED, step.because());
          case OVER_BOUND ->
              draft.saying(Verdict.OVER_BOUND, "at or above its soft bound: passes it on");
          case FULL -> draft.saying(Verdict.FULL, "no room for it under the hard cap");
          case NOT_ASKED -> draft.saying(Verdict.NOT_ASKED, "not on the key's list");
        };
    if (said.verdict() == Verdict.CHOSEN) {
      chosen = said;
    }
    steps.add(said);
  }

  private String outcome() {
    String excluded = screening.summary();
    String tail = excluded.isEmpty() ? "" : "; " + excluded;
    Step found = chosen;
    if (found != null) {
      return "placed on " + found.node() + " by " + found.how() + tail;
    }
    if (screening.eligible() == 0) {
      return "refused" + tail;
    }
    return (withinReach
            ? "every node listed is above its bound: the best with room takes it"
            : "every eligible node is full: it waits")
        + tail;
  }
}
