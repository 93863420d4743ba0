package dev.hanse.cli.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a replay showed.
 *
 * @param seconds from the first intended sending to the last end
 * @param badLines skipped in the trace
 * @param failures counted by class
 * @param late requests sent more than {@value #LATE_MILLIS} ms after they should have been
 * @param latestMillis how late the latest was
 * @param ttft from intended sending to first token, of answered requests
 * @param endToEnd from intended sending to the end, of answered requests
 * @param askedTokens completion tokens the trace wanted of the answered requests
 * @param hitBlocks blocks of answered requests that the engines found cached
 * @param bound what the trace allowed
 */
record Report(
    int requests,
    int answered,
    double seconds,
    int badLines,
    Map<String, Integer> failures,
    int late,
    double latestMillis,
    Percentiles ttft,
    Percentiles endToEnd,
    long promptTokens,
    long cachedTokens,
    long completionTokens,
    long askedTokens,
    long blocks,
    long hitBlocks,
    PrefixBound bound,
    List<Share> nodes,
    List<Share> regions) {

  static final int LATE_MILLIS = 10;

  // Engines compute at least one token and share whole KV blocks of 16 or 32 only.
  private static final int ROUNDING_TOKENS = 32;

  Report {
    failures = Map.copyOf(failures);
    nodes = List.copyOf(nodes);
    regions = List.copyOf(regions);
  }

  /** What one node or region did. */
  record Share(
      String name,
      int requests,
      long promptTokens,
      long cachedTokens,
      long completionTokens,
      long costMicros,
      boolean priced) {
    private static Share of(String name, List<Outcome.Served> served) {
      return new Share(
          name,
          served.size(),
          served.stream().mapToLong(Outcome.Served::promptTokens).sum(),
          served.stream().mapToLong(Outcome.Served::cachedTokens).sum(),
          served.stream().mapToLong(Outcome.Served::completionTokens).sum(),
          served.stream().mapToLong(Outcome.Served::costMicros).sum(),
          served.stream().allMatch(one -> one.price().isPresent()));
    }

    long tokens() {
      return promptTokens + completionTokens;
    }

    /** The mean price in USD for a million tokens of any kind. */
    double usdPerMtok() {
      return tokens() == 0 ? 0 : (double) costMicros / tokens();
    }
  }

  static Report of(Trace trace, List<Outcome> outcomes, int tokensPerBlock) {
    List<Outcome.Answered> answered = new ArrayList<>();
    Map<String, Integer> failures = new TreeMap<>();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    long latestNanos = 0;
    int late = 0;
    for (Outcome outcome : outcomes) {
      long sent;
      switch (outcome) {
        case Outcome.Answered one -> {
          answered.add(one);
          sent = one.sentNanos();
          last = Math.max(last, one.endNanos());
        }
        case Outcome.Failed one -> {
          failures.merge(one.reason(), 1, Integer::sum);
          sent = one.sentNanos();
          last = Math.max(last, one.endNanos());
        }
      }
      first = Math.min(first, outcome.intendedNanos());
      long lateNanos = sent - outcome.intendedNanos();
      latestNanos = Math.max(latestNanos, lateNanos);
      late += lateNanos > LATE_MILLIS * 1_000_000L ? 1 : 0;
    }
    List<Outcome.Served> served = answered.stream().map(Outcome.Answered::served).toList();
    return new Report(
        outcomes.size(),
        answered.size(),
        outcomes.isEmpty() ? 0 : (last - first) / 1e9,
        trace.badLines().size(),
        failures,
        late,
        latestNanos / 1e6,
        Percentiles.millis(
            answered.stream().mapToLong(one -> one.firstTokenNanos() - one.intendedNanos())),
        Percentiles.millis(
            answered.stream().mapToLong(one -> one.endNanos() - one.intendedNanos())),
        served.stream().mapToLong(Outcome.Served::promptTokens).sum(),
        served.stream().mapToLong(Outcome.Served::cachedTokens).sum(),
        served.stream().mapToLong(Outcome.Served::completionTokens).sum(),
        answered.stream().mapToLong(one -> one.request().outputTokens()).sum(),
        answered.stream().mapToLong(one -> one.request().blockIds().size()).sum(),
        answered.stream().mapToLong(one -> hitBlocks(one, tokensPerBlock)).sum(),
        PrefixBound.of(trace.requests(), tokensPerBlock),
        shares(served, Outcome.Served::node),
        shares(served, Outcome.Served::region));
  }

  int failed() {
    return requests - answered;
  }

  double outputTokensPerSecond() {
    return seconds == 0 ? 0 : completionTokens / seconds;
  }

  double tokensPerSecond() {
    return seconds == 0 ? 0 : (promptTokens + completionTokens) / seconds;
  }

  private static long hitBlocks(Outcome.Answered one, int tokensPerBlock) {
    int blocks = one.request().blockIds().size();
    long cached = one.served().cachedTokens();
    boolean all = cached > 0 && one.served().promptTokens() - cached <= ROUNDING_TOKENS;
    return all ? blocks : Math.min(blocks, cached / tokensPerBlock);
  }

  private static List<Share> shares(
      List<Outcome.Served> served, Function<Outcome.Served, String> by) {
    Map<String, List<Outcome.Served>> groups = new TreeMap<>();
    served.forEach(
        one -> groups.computeIfAbsent(by.apply(one), name -> new ArrayList<>()).add(one));
    List<Share> shares = new ArrayList<>();
    groups.forEach((name, group) -> shares.add(Share.of(name, group)));
    shares.sort(Comparator.comparing(Share::name));
    return shares;
  }
}
