package dev.hanse.provider.http;

import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long an engine asks to be left alone.
 *
 * <p>{@code retry-after-ms} first, as the OpenAI SDKs do, else {@code retry-after} in seconds or as
 * an HTTP date (RFC 9110, sections 10.2.3 and 5.6.7). What cannot be read counts as absent.
 */
public final class RetryAfter {
  /** The longest pause taken at its word: an engine's clock or typing error must not bench it. */
  public static final Duration LONGEST = Duration.ofHours(1);

  private static final List<DateTimeFormatter> HTTP_DATES =
      List.of(
          DateTimeFormatter.RFC_1123_DATE_TIME,
          new DateTimeFormatterBuilder()
              .appendPattern("EEEE, dd-MMM-")
              .appendValueReduced(ChronoField.YEAR, 2, 2, 1990)
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.ENGLISH),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH));

  private final InstantSource clock;

  public RetryAfter(InstantSource clock) {
    this.clock = clock;
  }

  /** The pause asked for, from zero to {@link #LONGEST}; empty where none was. */
  public Optional<Duration> read(MultiMap headers) {
    return number(headers.get("retry-after-ms"), 1)
        .or(() -> number(headers.get("retry-after"), 1000))
        .or(() -> date(headers.get("retry-after")))
        .map(pause -> pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
  }

  private static Optional<Duration> number(@Nullable String text, int unitMillis) {
    if (text == null || text.length() > 32) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isNaN(value) || value < 0) {
        return Optional.empty();
      }
      return Optional.of(
          Duration.ofMillis(
              (long) Math.min(Math.ceil(value * unitMillis), (double) LONGEST.toMillis())));
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  private Optional<Duration> date(@Nullable String text) {
    if (text == null || text.length() > 64) {
      return Optional.empty();
    }
    return HTTP_DATES.stream()
        .flatMap(format -> instant(format, text.strip()).stream())
        .findFirst()
        .map(until -> Duration.between(clock.instant(), until))
        .map(pause -> pause.isNegative() ? Duration.ZERO : pause);
  }

  private static Optional<Instant> instant(DateTimeFormatter format, String text) {
    try {
      var parsed = format.parseBest(text, ZonedDateTime::from, LocalDateTime::from);
      return Optional.of(
          parsed instanceof ZonedDateTime zoned
              ? zoned.toInstant()
              : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException otherFormat) {
      return Optional.empty();
    }
  }
}
