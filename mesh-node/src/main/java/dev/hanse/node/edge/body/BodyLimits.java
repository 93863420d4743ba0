package dev.hanse.node.edge.body;

/**
 * What a body may hold at most.
 *
 * @param maxNesting objects and arrays within each other; JSON schemas of tools rarely pass 20
 * @param maxStringChars of one string; images come as strings
 * @param maxTokens JSON tokens of the whole body; arrays of token ids are the longest honest ones
 * @param maxOutputTokens the largest {@code max_tokens} that is not taken for a mistake
 * @param defaultOutputTokens what a request without {@code max_tokens} is taken to produce
 */
public record BodyLimits(
    int maxNesting,
    int maxStringChars,
    long maxTokens,
    long maxOutputTokens,
    long defaultOutputTokens) {
  /** The OpenAI API takes at most 128 choices and 2048 inputs. */
  static final int MAX_CHOICES = 128;

  static final int MAX_PROMPTS = 2048;

  public static final BodyLimits DEFAULT = new BodyLimits(64, 16 << 20, 4_000_000, 1 << 20, 1024);

  public BodyLimits {
    if (maxNesting < 8
        || maxStringChars <= 0
        || maxTokens <= 0
        || maxOutputTokens <= 0
        || defaultOutputTokens <= 0
        || defaultOutputTokens > maxOutputTokens) {
      throw new IllegalArgumentException(
          "limits must be above 0, nesting at least 8, and the default output at most the largest");
    }
  }
}
