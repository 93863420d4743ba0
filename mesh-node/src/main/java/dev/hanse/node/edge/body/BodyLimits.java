package dev.hanse.node.edge.body;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;

/**
 * What a body may hold at most.
 *
 * @param maxNesting objects and arrays within each other; JSON schemas of tools rarely pass 20
 * @param maxStringChars of one string; images come as strings
 * @param maxValues JSON tokens of the whole body; arrays of token ids are the longest honest ones
 * @param maxOutputTokens the largest {@code max_tokens} that is not taken for a mistake
 * @param defaultOutputTokens what a request without {@code max_tokens} is taken to produce
 */
@Doc("Limits of a request body's JSON.")
public record BodyLimits(
    @Doc("Levels of objects and arrays within each other; at least 8.") @Default("64")
        int maxNesting,
    @Doc("Characters of one string.") @Default("16777216") int maxStringChars,
    @Doc("Names, values and brackets in all.") @Default("4000000") long maxValues,
    @Doc("Largest max_tokens that is not taken for a mistake.") @Default("1048576")
        long maxOutputTokens,
    @Doc("What a request without max_tokens is taken to produce when its tokens are reserved.")
        @Default("1024")
        long defaultOutputTokens) {
  /** OpenAI's API takes at most 128 choices and 2048 inputs. */
  static final int MAX_CHOICES = 128;

  static final int MAX_PROMPTS = 2048;

  public BodyLimits {
    if (maxNesting < 8) {
      throw new IllegalArgumentException("max-nesting must be at least 8, was " + maxNesting);
    }
    if (maxStringChars <= 0 || maxValues <= 0 || maxOutputTokens <= 0) {
      throw new IllegalArgumentException(
          "max-string-chars, max-values and max-output-tokens must be above 0");
    }
    if (defaultOutputTokens <= 0 || defaultOutputTokens > maxOutputTokens) {
      throw new IllegalArgumentException(
          "default-output-tokens must be 1 to " + maxOutputTokens + ", was " + defaultOutputTokens);
    }
  }
}
