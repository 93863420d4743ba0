package dev.hanse.cli.replay;

import dev.hanse.provider.simulated.answer.SimulatedTokenizer;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes up prompts such that equal block ids become equal text and different ids become text that
 * differs from its first bytes on. A block is exactly {@code tokensPerBlock} tokens of the
 * simulated tokenizer, four ASCII bytes each; real tokenizers count differently, but equally for
 * equal text.
 *
 * @param tokensPerBlock 4 or more, so that the id fits
 */
record PromptText(int tokensPerBlock) {
  private static final int SMALLEST_BLOCK = 4;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
  private static final String[] WORDS = {
    "ship ",
    "salt ",
    "rope ",
    "grain ",
    "amber ",
    "cloth ",
    "tar ",
    "herring ",
    "wax ",
    "timber ",
    "port ",
    "guild ",
    "toll ",
    "wind ",
    "scale ",
    "ledger ",
  };

  PromptText {
    if (tokensPerBlock < SMALLEST_BLOCK || tokensPerBlock > LineParser.MOST_TOKENS) {
      throw new IllegalArgumentException(
          "tokens per block must be " + SMALLEST_BLOCK + " or more, was " + tokensPerBlock);
    }
  }

  /**
   * The user message for a request: with the chat template around it, the simulated tokenizer
   * counts {@code inputTokens} (or its least, 3).
   */
  Buffer of(TraceRequest request) {
    int tokens = Math.max(1, request.inputTokens() - SimulatedTokenizer.SINGLE_MESSAGE_OVERHEAD);
    int bytes = tokens * SimulatedTokenizer.BYTES_PER_TOKEN;
    int blockBytes = tokensPerBlock * SimulatedTokenizer.BYTES_PER_TOKEN;
    List<Long> ids = request.blockIds();
    Buffer text = Buffer.buffer(bytes);
    for (int block = 0; text.length() < bytes; block++) {
      // Without ids every block is its own: the line's number makes it differ from all others.
      long id = ids.isEmpty() ? -(request.line() << 24 | block) - 1 : ids.get(block);
      byte[] whole = block(id, blockBytes);
      text.appendBytes(whole, 0, Math.min(blockBytes, bytes - text.length()));
    }
    return text;
  }

  /** Printable ASCII that needs no escaping in JSON. */
  private static byte[] block(long id, int bytes) {
    StringBuilder text = new StringBuilder(bytes + WORDS[0].length() * 2);
    text.append(HexFormat.of().toHexDigits(id * GOLDEN_RATIO)).append(' ');
    long state = id;
    while (text.length() < bytes) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      text.append(WORDS[(int) (state >>> 60)]);
    }
    text.setLength(bytes);
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
