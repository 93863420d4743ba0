package dev.hanse.cli.compare;

import dev.hanse.cli.replay.TraceRequest;
import dev.hanse.node.routing.PrefixChain;
import dev.hanse.node.routing.PrefixChains;
import dev.hanse.provider.simulated.batching.PrefixHashes;
import dev.hanse.provider.simulated.batching.Work;
import java.util.List;

/**
 * A request of the trace, named the way engines and policies name it. Immutable.
 *
 * <p>A trace names blocks of 512 tokens; engines and placement work on blocks of {@value
 * #BLOCK_TOKENS} (an edge's 256 bytes are about as many). So each of the trace's names is divided
 * into as many as fit; a trace without names gets names nobody shares.
 */
final class Prompt {
  /** Tokens in a block of the engines' KV cache and of the prefix chain. */
  static final int BLOCK_TOKENS = 64;

  private final TraceRequest request;
  private final long arrivalNanos;
  private final Work work;
  private final PrefixChain chain;
  private final int blocks;

  private Prompt(
      TraceRequest request, long arrivalNanos, Work work, PrefixChain chain, int blocks) {
    this.request = request;
    this.arrivalNanos = arrivalNanos;
    this.work = work;
    this.chain = chain;
    this.blocks = blocks;
  }

  /**
   * Names a request's blocks.
   *
   * @param speed how many times faster than recorded it arrives
   * @param tokensPerBlock tokens one of the trace's names stands for
   */
  static Prompt of(TraceRequest request, double speed, int tokensPerBlock) {
    List<Long> ids = request.blockIds();
    int perId = tokensPerBlock / BLOCK_TOKENS;
    long[] names = new long[Math.max(1, request.inputTokens() / BLOCK_TOKENS)];
    for (int i = 0; i < names.length; i++) {
      long id = ids.isEmpty() ? -request.line() : ids.get(i / perId);
      long part = ids.isEmpty() ? i : i % perId;
      names[i] = PrefixHashes.mix(PrefixHashes.mix(id) + part);
    }
    boolean full = request.inputTokens() >= BLOCK_TOKENS;
    return new Prompt(
        request,
        Math.round(request.offset().toNanos() / speed),
        Work.generate(request.inputTokens(), request.outputTokens(), full ? names : new long[0]),
        PrefixChain.of(names, names[Math.min(names.length, PrefixChains.KEY_BLOCKS) - 1]),
        Math.ceilDiv(request.inputTokens(), tokensPerBlock));
  }

  /** Where it stands in the trace's file, counted from 1. */
  long line() {
    return request.line();
  }

  long arrivalNanos() {
    return arrivalNanos;
  }

  int inputTokens() {
    return request.inputTokens();
  }

  int outputTokens() {
    return request.outputTokens();
  }

  /** The trace's own names, of its own blocks; empty where it has none. */
  List<Long> blockIds() {
    return request.blockIds();
  }

  /** How many of the trace's blocks it has. */
  int blocks() {
    return blocks;
  }

  Work work() {
    return work;
  }

  PrefixChain chain() {
    return chain;
  }

  /** What every policy that hashes goes by: the chain's first 2048 tokens. */
  long key() {
    return chain.key();
  }
}
