package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/**
 * One JSON object's fields, each of the kind it must be: readers throw {@code
 * IllegalArgumentException} naming the field.
 */
record Fields(JsonNode node) {
  /** Nothing that is written down happens later; what is added to it stays a time. */
  private static final Instant TIMES_END = Instant.parse("9999-12-31T00:00:00Z");

  String text(String field) {
    return text(node.path(field), field);
  }

  /** An element of a list of texts. */
  static String text(JsonNode value, String field) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException(field + " must be a text");
    }
    return value.textValue();
  }

  /** A whole number from nothing to {@code most}. */
  long number(String field, long most) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < 0
        || value.longValue() > most) {
      throw new IllegalArgumentException(field + " must be a whole number from 0 to " + most);
    }
    return value.longValue();
  }

  boolean flag(String field) {
    JsonNode value = node.path(field);
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(field + " must be true or false");
    }
    return value.booleanValue();
  }

  /** A time from 1970 to 9999. */
  Instant time(String field) {
    Instant time = Instant.parse(text(field));
    if (time.isBefore(Instant.EPOCH) || time.isAfter(TIMES_END)) {
      throw new IllegalArgumentException(field + " must lie between 1970 and 9999");
    }
    return time;
  }

  /** From base64. */
  Bytes bytes(String field) {
    return bytes(node.path(field), field);
  }

  /** An element of a list of base64. */
  static Bytes bytes(JsonNode value, String field) {
    try {
      return Bytes.copyOf(Base64.getDecoder().decode(text(value, field)));
    } catch (IllegalArgumentException broken) {
      throw new IllegalArgumentException(field + " must be base64", broken);
    }
  }

  /** From hexadecimal, one to {@code mostBytes} of them. */
  Bytes hex(String field, int mostBytes) {
    String text = text(field);
    if (!text.matches("([0-9a-f]{2})+") || text.length() > 2 * mostBytes) {
      throw new IllegalArgumentException(
          field + " must be 1 to " + mostBytes + " bytes in lower-case hexadecimal");
    }
    return Bytes.ofHex(text);
  }

  /** At most {@code most} elements. */
  <T> List<T> list(String field, int most, Function<JsonNode, T> reader) {
    JsonNode array = node.path(field);
    if (!array.isArray() || array.size() > most) {
      throw new IllegalArgumentException(field + " must be a list of at most " + most);
    }
    List<T> all = new ArrayList<>();
    for (JsonNode element : array) {
      all.add(reader.apply(element));
    }
    return all;
  }
}
