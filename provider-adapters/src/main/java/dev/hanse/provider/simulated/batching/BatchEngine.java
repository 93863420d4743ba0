package dev.hanse.provider.simulated.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A model of an inference engine with continuous batching, chunked prefill and a paged KV cache
 * with prefix reuse, advanced by virtual time.
 *
 * <p>Theory. Work is done in steps. A step computes at most {@code stepTokens} tokens: one for each
 * sequence that decodes, and pieces of prompts with what is left (Agrawal et al., "Taming
 * Throughput-Latency Tradeoff in LLM Inference with Sarathi-Serve", OSDI 2024). Sequences join and
 * leave between steps (Yu et al., "Orca", OSDI 2022), first come first served. Joining takes blocks
 * for the whole prompt, of which those found by name are shared rather than computed; at least one
 * token is always computed, as its logits are needed. When decoding needs a block and none is left,
 * the youngest running sequence gives up its blocks and waits again at the head of the queue, to be
 * recomputed. Since no sequence longer than the cache is accepted, the oldest can always go on.
 *
 * <p>Times are virtual nanoseconds and never go back. Not safe for use by several threads, and the
 * listener must not call back into the engine.
 */
public final class BatchEngine {
  private final GpuProfile profile;
  private final EngineLimits limits;
  private final BatchListener listener;
  private final BlockPool pool;
  private final Map<Long, Sequence> sequences = new HashMap<>();
  private final Deque<Sequence> waiting = new ArrayDeque<>();
  private final List<Sequence> running = new ArrayList<>();
  private List<Sequence> step = new ArrayList<>();
  private boolean stepping;
  private long stepEndNanos;
  private long nowNanos;
  private long lastId;
  private long preemptions;

  public BatchEngine(GpuProfile profile, EngineLimits limits, BatchListener listener) {
    this.profile = profile;
    this.limits = limits;
    this.listener = listener;
    pool = new BlockPool(limits.kvBlocks());
  }

  /** Whether that many more sequences would be taken now. */
  public boolean hasRoomFor(int count) {
    int free = limits.maxQueued() + Math.max(0, limits.maxBatch() - running.size());
    return waiting.size() + count <= free;
  }

  /**
   * Queues a sequence.
   *
   * @param nanos when it arrives, not before the time reached
   * @return its name towards the listener; empty when the queue is full
   * @throws IllegalArgumentException for a sequence longer than the whole KV cache
   */
  public OptionalLong submit(Work work, long nanos) {
    if (work.keepsKv() && work.totalTokens() > limits.maxSequenceTokens()) {
      throw new IllegalArgumentException(
          "a sequence may have " + limits.maxSequenceTokens() + " tokens: " + work.totalTokens());
    }
    advanceTo(nanos);
    if (!hasRoomFor(1)) {
      return OptionalLong.empty();
    }
    Sequence sequence = new Sequence(++lastId, work);
    sequences.put(sequence.id(), sequence);
    waiting.addLast(sequence);
    return OptionalLong.of(sequence.id());
  }

  /** Drops a sequence and frees its blocks; nothing more is heard of it. Unknown ones are fine. */
  public void cancel(long id) {
    Sequence sequence = sequences.get(id);
    if (sequence != null) {
      remove(sequence);
    }
  }

  /** When the listener may next hear something; empty when there is nothing to do. */
  public OptionalLong nextEventNanos() {
    beginStep();
    return stepping ? OptionalLong.of(stepEndNanos) : OptionalLong.empty();
  }

  /** Does everything that is due until then, telling the listener. */
  public void advanceTo(long nanos) {
    if (nanos < nowNanos) {
      throw new IllegalArgumentException("time goes back from " + nowNanos + " to " + nanos);
    }
    // A sequence that arrives at the very moment reached may still join the step that begins there.
    while (nanos > nowNanos) {
      beginStep();
      if (!stepping || stepEndNanos > nanos) {
        break;
      }
      nowNanos = stepEndNanos;
      endStep();
    }
    nowNanos = nanos;
  }

  public long nowNanos() {
    return nowNanos;
  }

  public int running() {
    return running.size();
  }

  public int queued() {
    return waiting.size();
  }

  /** Blocks that a sequence holds. */
  public int usedBlocks() {
    return pool.size() - pool.unreferenced();
  }

  /** Blocks another sequence could find by name. */
  public int namedBlocks() {
    return pool.named();
  }

  /** How often a sequence had to give up its blocks. */
  public long preemptions() {
    return preemptions;
  }

  /** How many of the leading named blocks are in the cache now. Changes nothing. */
  public int cachedBlocks(Work work) {
    int count = 0;
    while (count < work.namedBlocks() && pool.find(work.blockHash(count)) != BlockPool.NONE) {
      count++;
    }
    return count;
  }

  private void beginStep() {
    if (stepping || sequences.isEmpty()) {
      return;
    }
    int budget = limits.stepTokens();
    int prefill = 0;
    int decoding = 0;
    long context = 0;
    for (int i = 0; i < running.size() && budget > 0; i++) {
      Sequence sequence = running.get(i);
      if (!holdBlocks(sequence)) {
        break;
      }
      int tokens = Math.min(budget, sequence.missing());
      budget -= tokens;
      if (sequence.decodes()) {
        decoding++;
        context += sequence.computed();
      } else {
        prefill += tokens;
      }
      sequence.schedule(tokens);
      step.add(sequence);
    }
    while (budget > 0 && running.size() < limits.maxBatch() && admitNext()) {
      Sequence sequence = running.getLast();
      int tokens = Math.min(budget, sequence.missing());
      budget -= tokens;
      prefill += tokens;
      sequence.schedule(tokens);
      step.add(sequence);
    }
    stepping = true;
    stepEndNanos = nowNanos + profile.stepNanos(prefill, decoding, context);
  }

  /** Makes sure of the blocks for the tokens known; false when the sequence itself had to yield. */
  private boolean holdBlocks(Sequence sequence) {
    if (!sequence.work().keepsKv()) {
      return true;
    }
    while (sequence.blockCount() < limits.blocksFor(sequence.known())) {
      int block = pool.take();
      if (block != BlockPool.NONE) {
        sequence.add(block);
        continue;
      }
      Sequence youngest = running.removeLast();
      youngest.releaseAll(pool);
      waiting.addFirst(youngest);
      preemptions++;
      if (youngest == sequence) {
        return false;
      }
    }
    return true;
  }

  private boolean admitNext() {
    Sequence sequence = waiting.peekFirst();
    if (sequence == null) {
      return false;
    }
    if (sequence.work().keepsKv()) {
      int known = sequence.known();
      int reused = Math.min(cachedBlocks(sequence.work()), (known - 1) / limits.blockTokens());
      int fresh = limits.blocksFor(known) - reused;
      if (pool.unreferenced() - unreferencedAmong(sequence.work(), reused) < fresh) {
        return false;
      }
      sequence.reuse(pool, reused, limits.blockTokens());
      for (int i = 0; i < fresh; i++) {
        sequence.add(pool.take());
      }
    }
    waiting.removeFirst();
    running.add(sequence);
    if (sequence.announce()) {
      listener.onAdmitted(sequence.id(), sequence.computed(), nowNanos);
    }
    return true;
  }

  private int unreferencedAmong(Work work, int count) {
    int unreferenced = 0;
    for (int i = 0; i < count; i++) {
      if (pool.references(pool.find(work.blockHash(i))) == 0) {
        unreferenced++;
      }
    }
    return unreferenced;
  }

  private void endStep() {
    stepping = false;
    List<Sequence> done = step;
    step = new ArrayList<>(done.size());
    for (Sequence sequence : done) {
      if (sequence.over()) {
        continue;
      }
      sequence.compute(pool, limits.blockTokens());
      if (sequence.missing() > 0) {
        continue;
      }
      if (sequence.generated() < sequence.work().outputTokens()) {
        sequence.generate();
        listener.onToken(sequence.id(), sequence.generated(), nowNanos);
      }
      if (sequence.generated() == sequence.work().outputTokens()) {
        remove(sequence);
        listener.onFinished(sequence.id(), nowNanos);
      }
    }
  }

  private void remove(Sequence sequence) {
    sequence.end();
    sequences.remove(sequence.id());
    if (!running.remove(sequence)) {
      waiting.remove(sequence);
    }
    sequence.releaseAll(pool);
  }
}
