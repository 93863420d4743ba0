package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Usage;

/**
 * Adds up what a Messages answer reports: the input comes in three disjoint parts (fresh, written
 * to the cache, read from it), the output as a running total.
 */
final class MessageUsage {
  private static final long MOST = 1_000_000_000L;
  private static final int CHARS_PER_TOKEN = 4;

  private long input;
  private long cacheWritten;
  private long cacheRead;
  private long output;
  private long textChars;
  private boolean outputFinal;

  /** Reads a {@code usage} object; what it leaves out stays as it was. */
  void report(JsonNode usage, boolean last) {
    input = read(usage, "input_tokens", input);
    cacheWritten = read(usage, "cache_creation_input_tokens", cacheWritten);
    cacheRead = read(usage, "cache_read_input_tokens", cacheRead);
    output = read(usage, "output_tokens", output);
    outputFinal |= last && usage.path("output_tokens").isNumber();
  }

  void passed(int chars) {
    textChars += chars;
  }

  /** As reported; before the final report, output is at least what its text suggests. */
  Usage usage() {
    long counted = (textChars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
    return new Usage(
        input + cacheWritten + cacheRead,
        cacheRead,
        outputFinal ? output : Math.max(output, counted),
        0,
        outputFinal);
  }

  ObjectNode openAi() {
    Usage usage = usage();
    ObjectNode out = Json.object();
    out.put("prompt_tokens", usage.promptTokens());
    out.put("completion_tokens", usage.completionTokens());
    out.put("total_tokens", usage.totalTokens());
    out.putObject("prompt_tokens_details")
        .put("cached_tokens", cacheRead)
        .put("cache_write_tokens", cacheWritten);
    return out;
  }

  private static long read(JsonNode usage, String name, long otherwise) {
    JsonNode value = usage.path(name);
    return value.isNumber() ? Math.clamp(value.asLong(), 0, MOST) : otherwise;
  }
}
