package dev.hanse.cli.replay;

/** Reads one line of a trace; the offsets it gives count from any fixed moment. */
interface LineParser {
  /** More tokens than any engine's context: a length above it is a mistake or an attack. */
  int MOST_TOKENS = 10_000_000;

  /** Whether the line is a heading, which may stand first. */
  boolean isHeading(String line);

  TraceRequest parse(long number, String line) throws BadLineException;

  /** A count of tokens. */
  static int tokens(String name, long value) throws BadLineException {
    if (value < 0 || value > MOST_TOKENS) {
      throw new BadLineException(name + " must be 0 to " + MOST_TOKENS + ", is " + value);
    }
    // An engine reads and writes at least one.
    return (int) Math.max(1, value);
  }
}
