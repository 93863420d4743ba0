package dev.hanse.cli.replay;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The most that prefix caching could save on a trace: what one infinite cache shared by everybody
 * would, serving the requests one after the other.
 *
 * @param blocks of all prompts
 * @param hitBlocks of them seen before
 * @param hitTokens in those
 */
public record PrefixBound(long blocks, long hitBlocks, long tokens, long hitTokens) {
  public static PrefixBound of(List<TraceRequest> requests, int tokensPerBlock) {
    Set<Long> seen = new HashSet<>();
    long blocks = 0;
    long hitBlocks = 0;
    long tokens = 0;
    long hitTokens = 0;
    for (TraceRequest request : requests) {
      List<Long> ids = request.blockIds();
      int hits = 0;
      while (hits < ids.size() && seen.contains(ids.get(hits))) {
        hits++;
      }
      seen.addAll(ids.subList(hits, ids.size()));
      blocks += ids.size();
      hitBlocks += hits;
      tokens += request.inputTokens();
      hitTokens += Math.min((long) hits * tokensPerBlock, request.inputTokens());
    }
    return new PrefixBound(blocks, hitBlocks, tokens, hitTokens);
  }
}
