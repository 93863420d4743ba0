package dev.hanse.cli.replay;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a line of an Azure LLM inference trace. */
record AzureLine() implements LineParser {
  private static final Pattern COMMA = Pattern.compile(",");
  private static final Pattern OFFSET = Pattern.compile(".*(Z|[+-]\\d\\d:\\d\\d)");
  private static final int COLUMNS = 3;

  @Override
  public boolean isHeading(String line) {
    return line.strip().startsWith("TIMESTAMP,");
  }

  @Override
  public TraceRequest parse(long number, String line) throws BadLineException {
    String[] columns = COMMA.split(line.strip(), COLUMNS + 1);
    if (columns.length != COLUMNS) {
      throw new BadLineException("must have " + COLUMNS + " columns, has " + columns.length);
    }
    return new TraceRequest(
        number,
        Duration.between(Instant.EPOCH, instant(columns[0].strip())),
        LineParser.tokens("ContextTokens", integer("ContextTokens", columns[1])),
        LineParser.tokens("GeneratedTokens", integer("GeneratedTokens", columns[2])),
        List.of());
  }

  private static Instant instant(String text) throws BadLineException {
    String iso = text.replace(' ', 'T');
    try {
      return OFFSET.matcher(iso).matches()
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new BadLineException("TIMESTAMP must look like 2023-11-16 18:15:46.6805900");
    }
  }

  private static long integer(String name, String text) throws BadLineException {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new BadLineException(name + " must be an integer");
    }
  }
}
