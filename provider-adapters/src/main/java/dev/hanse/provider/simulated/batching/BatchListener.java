package dev.hanse.provider.simulated.batching;

/** Hears what happens in a {@link BatchEngine}, in the order it happens. */
public interface BatchListener {
  /**
   * A sequence left the queue for the first time.
   *
   * @param cachedTokens how many of its prompt tokens were found in the KV cache
   */
  void onAdmitted(long sequence, int cachedTokens, long nanos);

  /**
   * A sequence produced a token.
   *
   * @param generated how many it has by now
   */
  void onToken(long sequence, int generated, long nanos);

  /** A sequence is complete; nothing more is heard of it. */
  void onFinished(long sequence, long nanos);
}
