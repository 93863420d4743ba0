package dev.hanse.api.wire;

import dev.hanse.api.Endpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads single fields of messages and refuses them by name. */
final class Field {
  private Field() {}

  /** Runs {@code read} and puts {@code field} in front of whatever it complains of. */
  static <T> T of(String field, Supplier<T> read) {
    try {
      return read.get();
    } catch (WireException refused) {
      throw refused.within(field);
    } catch (IllegalArgumentException refused) {
      throw new WireException(field, String.valueOf(refused.getMessage()));
    }
  }

  /** Reads a message that must be there. */
  static <M, T> T required(String field, boolean present, M message, Function<M, T> read) {
    if (!present) {
      throw new WireException(field, "is missing");
    }
    return of(field, () -> read.apply(message));
  }

  static <M, T> List<T> list(String field, List<M> messages, int atMost, Function<M, T> read) {
    if (messages.size() > atMost) {
      throw new WireException(
          field, "holds " + messages.size() + " entries, at most " + atMost + " are taken");
    }
    List<T> items = new ArrayList<>(messages.size());
    for (M message : messages) {
      items.add(of(field + "[" + items.size() + "]", () -> read.apply(message)));
    }
    return List.copyOf(items);
  }

  /** As {@link #list}, and no two items may have the same key. */
  static <M, T> List<T> distinct(
      String field, List<M> messages, int atMost, Function<M, T> read, Function<T, ?> keyOf) {
    List<T> items = list(field, messages, atMost, read);
    Set<Object> seen = new HashSet<>();
    for (T item : items) {
      Object key = keyOf.apply(item);
      if (!seen.add(key)) {
        throw new WireException(field, "holds " + key + " twice");
      }
    }
    return items;
  }

  static long atLeastZero(String field, long value) {
    if (value < 0) {
      throw new WireException(field, "must not be negative, was " + value);
    }
    return value;
  }

  static long upTo(String field, long value, long greatest) {
    if (value < 0 || value > greatest) {
      throw new WireException(field, "must be 0 to " + greatest + ", was " + value);
    }
    return value;
  }

  static int atLeastZero(String field, int value) {
    return Math.toIntExact(atLeastZero(field, (long) value));
  }

  /** Printable text, which may end up in a header, a log line or a terminal; may be empty. */
  static String text(String field, String value, int maxChars) {
    if (value.length() > maxChars) {
      throw new WireException(
          field, "has " + value.length() + " characters, at most " + maxChars + " are taken");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new WireException(field, "holds a control character");
    }
    return value;
  }

  static String name(String field, String value, int maxChars) {
    if (value.isBlank()) {
      throw new WireException(field, "must not be empty");
    }
    return text(field, value, maxChars);
  }

  /**
   * Reads the two fields {@code <prefix>host} and {@code <prefix>port}; both empty is no address.
   */
  static Endpoint endpoint(String prefix, String host, int port) {
    String name = text(prefix + "host", host, Limits.HOST_CHARS);
    return of(prefix + "port", () -> new Endpoint(name, port));
  }

  static Instant instant(String field, long epochMillis) {
    return Instant.ofEpochMilli(checkMillis(field, epochMillis));
  }

  /** The other way: milliseconds for the wire. Anything finer is cut off. */
  static long epochMillis(String field, Instant instant) {
    // Compared in seconds first: toEpochMilli overflows far outside the range.
    if (instant.getEpochSecond() > Limits.EPOCH_MILLIS / 1000) {
      throw new WireException(field, "must be before the year 10000, was " + instant);
    }
    if (instant.getEpochSecond() < 0) {
      throw new WireException(field, "must not be before 1970, was " + instant);
    }
    return checkMillis(field, instant.toEpochMilli());
  }

  private static long checkMillis(String field, long epochMillis) {
    if (epochMillis < 0 || epochMillis > Limits.EPOCH_MILLIS) {
      throw new WireException(
          field, "must be 0 to " + Limits.EPOCH_MILLIS + " milliseconds, was " + epochMillis);
    }
    return epochMillis;
  }

  /** For enum fields: {@code number} is the one on the wire, known or not. */
  static WireException unknown(String field, int number) {
    return new WireException(field, number == 0 ? "is missing" : "has the unknown value " + number);
  }
}
