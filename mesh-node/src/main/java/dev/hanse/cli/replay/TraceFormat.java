package dev.hanse.cli.replay;

import java.util.Locale;

/** How a trace is written down. */
public enum TraceFormat {
  /**
   * One JSON object on a line: {@code timestamp} in milliseconds, {@code input_length} and {@code
   * output_length} in tokens, {@code hash_ids} of prefix blocks (Qin et al., "Mooncake", FAST
   * 2025).
   */
  MOONCAKE,
  /**
   * CSV with a heading: {@code TIMESTAMP,ContextTokens,GeneratedTokens} (Patel et al., "Splitwise",
   * ISCA 2024).
   */
  AZURE;

  /** The format a file is in, to judge by its first line that is not blank. */
  static TraceFormat of(String firstLine) {
    return firstLine.strip().startsWith("{") ? MOONCAKE : AZURE;
  }

  LineParser parser(int tokensPerBlock) {
    return switch (this) {
      case MOONCAKE -> new MooncakeLine(tokensPerBlock);
      case AZURE -> new AzureLine();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
