package dev.hanse.provider.simulated.answer;

import java.util.List;

/**
 * A request for generated text, read and checked.
 *
 * @param prompts one, or several where completions ask for several
 * @param choices answers to each prompt; 1 or more
 * @param maxTokens the most tokens of one answer; 1 or more
 * @param minTokens the fewest, unless a stop string is met
 * @param ignoreEos whether every answer has exactly {@code maxTokens} tokens (vLLM's extension)
 * @param stop strings that end an answer and are not part of it
 * @param seed what distinguishes answers to the same prompt
 * @param salt keeps the KV cache of one tenant from another's (vLLM's {@code cache_salt})
 * @param topLogprobs how many alternatives each token is shown with; -1 for no logprobs at all
 * @param includeUsage whether chunks announce the usage chunk by {@code "usage": null}
 */
public record Question(
    boolean chat,
    List<Prompt> prompts,
    int choices,
    int maxTokens,
    int minTokens,
    boolean ignoreEos,
    List<String> stop,
    long seed,
    long salt,
    int topLogprobs,
    boolean includeUsage,
    Form form) {
  public Question {
    prompts = List.copyOf(prompts);
    stop = List.copyOf(stop);
  }

  public boolean logprobs() {
    return topLogprobs >= 0;
  }
}
