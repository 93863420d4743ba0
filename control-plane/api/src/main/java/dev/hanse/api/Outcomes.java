package dev.hanse.api;

/**
 * What one edge saw of one node and model since its last beat. Buyers count, not sellers: a node
 * has every reason to call itself reliable.
 *
 * @param answered requests answered to their end
 * @param failed requests that failed by the node's fault; not the client's errors or cancellations
 * @param rejected requests the node had offered room for and turned away as overloaded
 * @param promptTokens of the answered requests, cached ones included
 * @param cachedPromptTokens those of them the engine had in its cache
 * @param completionTokens of the answered requests
 * @param ttftMillis time to first token, summed over the timed requests
 * @param timed streams of which the first token was timed; others have no first token to speak of
 */
public record Outcomes(
    NodeId node,
    ModelId model,
    long answered,
    long failed,
    long rejected,
    long promptTokens,
    long cachedPromptTokens,
    long completionTokens,
    long ttftMillis,
    long timed) {
  /** No edge handles so many requests between two beats. */
  public static final long MAX_REQUESTS = 1_000_000;

  /** A million requests of ten million tokens; sums of a few thousand of these cannot overflow. */
  public static final long MAX_TOTAL = 10_000_000_000_000L;

  public Outcomes {
    check("answered", answered, MAX_REQUESTS);
    check("failed", failed, MAX_REQUESTS);
    check("rejected", rejected, MAX_REQUESTS);
    check("promptTokens", promptTokens, MAX_TOTAL);
    check("cachedPromptTokens", cachedPromptTokens, promptTokens);
    check("completionTokens", completionTokens, MAX_TOTAL);
    check("ttftMillis", ttftMillis, MAX_TOTAL);
    check("timed", timed, MAX_REQUESTS);
  }

  private static void check(String which, long value, long greatest) {
    if (value < 0 || value > greatest) {
      throw new IllegalArgumentException(which + " must be 0 to " + greatest + ", was " + value);
    }
  }
}
