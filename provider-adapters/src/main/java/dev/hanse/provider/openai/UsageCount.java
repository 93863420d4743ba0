package dev.hanse.provider.openai;

import dev.hanse.provider.Usage;
import java.util.Optional;

/**
 * What an exchange used: the engine's last report, else an estimate of what passed.
 *
 * <p>The estimate is four characters a token, OpenAI's rule of thumb for English, but never less
 * than the number of chunks with text, as an engine sends at least a token in each.
 */
final class UsageCount {
  private static final int CHARS_PER_TOKEN = 4;

  private final long promptChars;
  private Optional<Usage> reported = Optional.empty();
  private long textChars;
  private long chunks;

  UsageCount(long promptChars) {
    this.promptChars = promptChars;
  }

  void passed(ChunkScan scan) {
    for (ChunkScan.Choice choice : scan.choices()) {
      textChars += choice.textChars();
      chunks += choice.textChars() > 0 ? 1 : 0;
    }
    scan.usage().ifPresent(usage -> reported = Optional.of(usage));
  }

  /** A report of nothing at all, while text passed, is none: some proxies send zeros. */
  Usage usage() {
    return reported
        .filter(usage -> usage.totalTokens() > 0 || chunks == 0)
        .orElseGet(this::counted);
  }

  private Usage counted() {
    long completion = Math.max(chunks, tokens(textChars));
    return new Usage(tokens(promptChars), 0, completion, 0, false);
  }

  private static long tokens(long chars) {
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }
}
