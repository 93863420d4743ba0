package dev.hanse.node.serving;

import dev.hanse.api.Member;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.provider.ProviderFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what this edge sees of sellers, for the control plane: who answered, who failed, who
 * turned away what it had offered room for, how long the first token took. A failure that is the
 * client's doing, its own deadline included, is nobody's. Safe for use from several threads; the
 * lock is held for a few additions.
 */
public final class OutcomeTally implements ServingObserver {
  /** Nodes and models counted between two takings, and told in one message. Others wait. */
  private static final int BOUND = 512;

  private final Map<Key, Counts> counts = new LinkedHashMap<>();

  private record Key(NodeId node, ModelId model) {}

  private static final class Counts {
    private long answered;
    private long failed;
    private long rejected;
    private long promptTokens;
    private long cachedTokens;
    private long completionTokens;
    private long ttftMillis;
    private long timed;
  }

  @Override
  public synchronized void firstChunk(ServingRequest request, Member node, Duration after) {
    of(request, node)
        .ifPresent(seen -> {
          seen.ttftMillis += after.toMillis();
          seen.timed++;
        });
  }

  @Override
  public synchronized void attemptEnded(
      ServingRequest request, Member node, int number, Optional<ProviderFailure> failure) {
    if (failure.isEmpty()) {
      return;
    }
    ProviderFailure why = failure.get();
    if (why.code().equals(QuotaPort.OVER_QUOTA)) {
      // This edge has used more than the node granted it: no fault of the node's.
      return;
    }
    boolean turnedAway =
        why.kind() == ProviderFailure.Kind.OVERLOADED
            || why.kind() == ProviderFailure.Kind.RATE_LIMITED;
    if (turnedAway) {
      of(request, node).ifPresent(seen -> seen.rejected++);
    } else if (Failures.blamesNode(why) && !Failures.isDeadline(why)) {
      of(request, node).ifPresent(seen -> seen.failed++);
    }
  }

  @Override
  public synchronized void settled(ServingRequest request, Settlement settlement) {
    if (settlement.outcome() != Outcome.ANSWERED || settlement.placed().isEmpty()) {
      return;
    }
    of(request, settlement.placed().get().node())
        .ifPresent(seen -> {
          seen.answered++;
          seen.promptTokens += settlement.usage().promptTokens();
          seen.cachedTokens += settlement.usage().cachedPromptTokens();
          seen.completionTokens += settlement.usage().completionTokens();
        });
  }

  private Optional<Counts> of(ServingRequest request, Member node) {
    Key key = new Key(node.id(), request.placement().model());
    if (counts.size() >= BOUND && !counts.containsKey(key)) {
      return Optional.empty();
    }
    return Optional.of(counts.computeIfAbsent(key, _ -> new Counts()));
  }

  /** What was counted since this was last asked. */
  public synchronized List<Outcomes> take() {
    List<Outcomes> taken = new ArrayList<>(counts.size());
    for (Iterator<Map.Entry<Key, Counts>> each = counts.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Key, Counts> entry = each.next();
      taken.add(outcomes(entry.getKey(), entry.getValue()));
      each.remove();
    }
    return taken;
  }

  private static Outcomes outcomes(Key key, Counts seen) {
    long promptTokens = tokens(seen.promptTokens);
    return new Outcomes(
        key.node(),
        key.model(),
        requests(seen.answered),
        requests(seen.failed),
        requests(seen.rejected),
        promptTokens,
        Math.clamp(seen.cachedTokens, 0, promptTokens),
        tokens(seen.completionTokens),
        tokens(seen.ttftMillis),
        requests(seen.timed));
  }

  private static long requests(long count) {
    return Math.clamp(count, 0, Outcomes.MAX_REQUESTS);
  }

  private static long tokens(long count) {
    return Math.clamp(count, 0, Outcomes.MAX_TOTAL);
  }
}
