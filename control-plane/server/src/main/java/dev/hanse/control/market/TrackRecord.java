package dev.hanse.control.market;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What buyers saw of sellers, fading with every epoch: how often they failed, how long they took,
 * what they were sent, and how much of what they claim to hold they turned away.
 *
 * <p>The claimed capacity is trusted until it is seen broken: an epoch with rejections cuts the
 * trusted part by three tenths, one without gives back a twentieth of the claim. Additive increase
 * and multiplicative decrease converge to what is sustained (Chiu and Jain, Computer Networks and
 * ISDN Systems 17(1), 1989).
 */
final class TrackRecord {
  /** What is left of an epoch's counts in the next: half after three epochs. */
  private static final double FADE = 0.8;

  /** Successes everybody is credited with: one bad request is no failure rate. */
  private static final double CREDIT = 20;

  /** What a failed attempt costs the client, in answers. */
  private static final double COST_OF_FAILURE = 4;

  private static final double WORST_FACTOR = 100;
  private static final double LONGEST_TTFT_SECONDS = 60;

  /** Tokens of the default mix everybody starts with. */
  private static final double PRIOR_TOKENS = 1_000_000;

  private static final double CUT = 0.7;
  private static final double REGAIN = 0.05;
  private static final double LEAST_TRUST = 0.05;
  private static final double REJECTED_SHARE = 0.05;
  private static final double REJECTED_LEAST = 3;

  private final Map<Key, Counts> sellers = new HashMap<>();
  private final Map<NodeId, Trust> trusts = new HashMap<>();
  private final Map<ModelId, Tokens> tokens = new HashMap<>();

  private record Key(NodeId node, ModelId model) {}

  private static final class Counts {
    private double answered;
    private double failed;
    private double ttftMillis;
    private double timed;
  }

  private static final class Trust {
    private double share = 1;
    private double asked;
    private double rejected;
  }

  private static final class Tokens {
    private double uncached;
    private double cached;
    private double output;
  }

  void saw(Outcomes outcomes) {
    Counts counts =
        sellers.computeIfAbsent(new Key(outcomes.node(), outcomes.model()), _ -> new Counts());
    counts.answered += outcomes.answered();
    counts.failed += outcomes.failed();
    counts.ttftMillis += outcomes.ttftMillis();
    counts.timed += outcomes.timed();
    Trust trust = trusts.computeIfAbsent(outcomes.node(), _ -> new Trust());
    trust.asked += outcomes.answered() + outcomes.failed() + outcomes.rejected();
    trust.rejected += outcomes.rejected();
    Tokens seen = tokens.computeIfAbsent(outcomes.model(), _ -> new Tokens());
    seen.uncached += outcomes.promptTokens() - outcomes.cachedPromptTokens();
    seen.cached += outcomes.cachedPromptTokens();
    seen.output += outcomes.completionTokens();
  }

  /** An epoch is over: trust is settled, and what was seen counts for less. */
  void turn(Set<NodeId> remembered) {
    sellers.keySet().removeIf(key -> !remembered.contains(key.node()));
    trusts.keySet().retainAll(remembered);
    sellers
        .values()
        .forEach(counts -> {
          counts.answered *= FADE;
          counts.failed *= FADE;
          counts.ttftMillis *= FADE;
          counts.timed *= FADE;
        });
    trusts
        .values()
        .forEach(trust -> {
          boolean overclaimed =
              trust.rejected >= REJECTED_LEAST && trust.rejected >= REJECTED_SHARE * trust.asked;
          trust.share =
              overclaimed
                  ? Math.max(LEAST_TRUST, trust.share * CUT)
                  : Math.min(1, trust.share + REGAIN);
          trust.asked = 0;
          trust.rejected = 0;
        });
    tokens
        .values()
        .forEach(seen -> {
          seen.uncached *= FADE;
          seen.cached *= FADE;
          seen.output *= FADE;
        });
  }

  /** Share of requests that failed; 0 to below 1. */
  double failureRate(NodeId node, ModelId model) {
    Counts counts = sellers.get(new Key(node, model));
    return counts == null ? 0 : counts.failed / (counts.answered + counts.failed + CREDIT);
  }

  /**
   * What failing multiplies a cost by: of {@code rate / (1 - rate)} failed attempts for each answer
   * every one costs four answers, so that at alpha 4 who halves its price and fails half the time
   * loses by it.
   */
  double failureFactor(NodeId node, ModelId model) {
    double rate = failureRate(node, model);
    return Math.min(WORST_FACTOR, 1 + COST_OF_FAILURE * rate / (1 - rate));
  }

  double ttftSeconds(NodeId node, ModelId model) {
    Counts counts = sellers.get(new Key(node, model));
    return counts == null || counts.timed < 1
        ? 0
        : Math.min(LONGEST_TTFT_SECONDS, counts.ttftMillis / counts.timed / 1000);
  }

  Mix mix(ModelId model) {
    Tokens seen = tokens.get(model);
    return seen == null
        ? Mix.EXPECTED
        : Mix.of(
            seen.uncached + Mix.EXPECTED.uncached() * PRIOR_TOKENS,
            seen.cached + Mix.EXPECTED.cached() * PRIOR_TOKENS,
            seen.output + Mix.EXPECTED.output() * PRIOR_TOKENS);
  }

  /** The share of its claimed capacity that a node is believed; above 0, at most 1. */
  double trust(NodeId node) {
    Trust trust = trusts.get(node);
    return trust == null ? 1 : trust.share;
  }
}
