package dev.hanse.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * One line a record, on standard error: time in UTC, level, logger, key-values. {@code HANSE_LOG}
 * sets the level (default {@code info}; libraries stay at warning).
 */
final class Logs {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Kept here because the JDK's log manager forgets loggers nobody holds. */
  private static final Logger OURS = Logger.getLogger("dev.hanse");

  private Logs() {}

  static void install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setLevel(Level.ALL);
    console.setFormatter(new Line());
    root.addHandler(console);
    root.setLevel(Level.WARNING);
    String wanted = System.getenv().getOrDefault("HANSE_LOG", "info");
    OURS.setLevel(
        switch (wanted.toLowerCase(Locale.ROOT)) {
          case "off" -> Level.OFF;
          case "error" -> Level.SEVERE;
          case "warning", "warn" -> Level.WARNING;
          case "debug" -> Level.FINE;
          case "trace" -> Level.FINER;
          default -> Level.INFO;
        });
  }

  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord record) {
      String name = record.getLoggerName() == null ? "" : record.getLoggerName();
      StringWriter line = new StringWriter();
      line.append(TIME.format(record.getInstant()))
          .append(' ')
          .append(record.getLevel().getName().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(name.substring(name.lastIndexOf('.') + 1))
          .append(' ')
          .append(formatMessage(record))
          .append(System.lineSeparator());
      if (record.getThrown() != null) {
        record.getThrown().printStackTrace(new PrintWriter(line, true));
      }
      return line.toString();
    }
  }
}
