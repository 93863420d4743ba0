package dev.hanse.provider;

/**
 * Tokens an exchange used.
 *
 * @param cachedPromptTokens how many of {@code promptTokens} came from the engine's cache
 * @param reasoningTokens how many of {@code completionTokens} the client did not see
 * @param reported whether the engine said so; otherwise the adapter counted what passed
 */
public record Usage(
    long promptTokens,
    long cachedPromptTokens,
    long completionTokens,
    long reasoningTokens,
    boolean reported) {
  public static final Usage NONE = new Usage(0, 0, 0, 0, false);

  public long totalTokens() {
    return promptTokens + completionTokens;
  }
}
