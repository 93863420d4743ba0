package dev.hanse.api;

/**
 * What a node asks, in micro-USD for a million tokens: 1 USD per million tokens is 1,000,000.
 *
 * @param inputMicrosPerMtok for prompt tokens that were not in the engine's cache; 0 to 10^12
 * @param cachedInputMicrosPerMtok for prompt tokens that were; 0 to 10^12
 * @param outputMicrosPerMtok for completion tokens; 0 to 10^12
 */
public record Price(
    long inputMicrosPerMtok, long cachedInputMicrosPerMtok, long outputMicrosPerMtok) {
  /**
   * One million USD per million tokens: above it a price is a mistake, and products could overflow.
   */
  public static final long MAX_MICROS_PER_MTOK = 1_000_000_000_000L;

  private static final long TOKENS_PER_MTOK = 1_000_000;

  public Price {
    check("input", inputMicrosPerMtok);
    check("cached input", cachedInputMicrosPerMtok);
    check("output", outputMicrosPerMtok);
  }

  private static void check(String which, long micros) {
    if (micros < 0 || micros > MAX_MICROS_PER_MTOK) {
      throw new IllegalArgumentException(
          which
              + " price must be 0 to "
              + MAX_MICROS_PER_MTOK
              + " micro-USD per million tokens, was "
              + micros);
    }
  }

  /**
   * What an answer costs, in micro-USD, rounded up.
   *
   * @param cachedPromptTokens how many of {@code promptTokens} the engine had in its cache
   */
  public long costMicros(long promptTokens, long cachedPromptTokens, long completionTokens) {
    long uncached = Math.max(0, promptTokens - cachedPromptTokens);
    // Exact in 128 bits' worth of doubles is not needed: tokens < 2^31 and prices <= 10^12 can
    // exceed 2^63, so the sum is taken in parts that cannot.
    return part(uncached, inputMicrosPerMtok)
        + part(Math.min(promptTokens, cachedPromptTokens), cachedInputMicrosPerMtok)
        + part(completionTokens, outputMicrosPerMtok);
  }

  private static long part(long tokens, long microsPerMtok) {
    long whole = tokens / TOKENS_PER_MTOK * microsPerMtok;
    long rest = tokens % TOKENS_PER_MTOK * microsPerMtok;
    return whole + (rest + TOKENS_PER_MTOK - 1) / TOKENS_PER_MTOK;
  }
}
