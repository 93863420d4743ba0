package dev.hanse.node.routing;

import dev.hanse.hash.BoundedLoadPlacement;

/**
 * Work reserved on a node for one attempt. Held until it is released, exactly once.
 *
 * <p>Threads: safe for any.
 */
public final class Lease {
  private static final int STEP = 16;

  private final BoundedLoadPlacement placement;
  private final long handle;
  private final long tokens;
  private final long decodeTokens;
  private final Runnable onStarted;

  Lease(
      BoundedLoadPlacement placement,
      long handle,
      long tokens,
      long decodeTokens,
      Runnable onStarted) {
    this.placement = placement;
    this.handle = handle;
    this.tokens = tokens;
    this.decodeTokens = decodeTokens;
    this.onStarted = onStarted;
  }

  /** What was reserved at first: uncached prefill and expected decode. */
  public long tokens() {
    return tokens;
  }

  /**
   * The first chunk has come: the prefill is done, only the decode is still held, and the node now
   * holds the prompt's prefix.
   */
  public void started() {
    if (decodeTokens < tokens) {
      var _ = placement.adjust(handle, decodeTokens);
    }
    onStarted.run();
  }

  /**
   * So many chunks have come in all, a token or more each, and as much decode is done. Worth an
   * adjustment every {@value #STEP}: the node counts down by one with each it sends, so what is
   * held here is never less than what the node still counts.
   */
  public void progressed(long chunks) {
    if (chunks % STEP == 0 && chunks < decodeTokens + STEP) {
      var _ = placement.adjust(handle, Math.max(1, decodeTokens - chunks));
    }
  }

  /** What is expected to be decoded, of {@link #tokens}. */
  public long decodeTokens() {
    return decodeTokens;
  }

  /** Gives the work back. True the first time, false ever after. */
  public boolean release() {
    return placement.release(handle);
  }
}
