package dev.hanse.provider.simulated.answer;

/**
 * One prompt, rendered.
 *
 * @param tokens everything the engine reads
 * @param key what the answer is made up from
 * @param begun the answer's beginning, when the prompt ends in a partial answer to be continued
 */
public record Prompt(Tokens tokens, long key, String begun) {}
