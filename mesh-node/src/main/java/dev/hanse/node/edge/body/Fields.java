package dev.hanse.node.edge.body;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads the values of the mesh's own fields, and says what is wrong with those it cannot. */
final class Fields {
  /** Names in one list. */
  static final int MAX_NAMES = 64;

  private static final int MOST_SENT_CHARS = 100;

  /** What was sent, and beside it what is known instead. */
  private static final int MOST_WHY_CHARS = 200;

  private Fields() {}

  static String string(String param, JsonNode value) throws BodyRejected {
    if (!value.isTextual()) {
      throw wrongType(param, "a string");
    }
    return value.textValue();
  }

  static boolean bool(String param, JsonNode value) throws BodyRejected {
    if (!value.isBoolean()) {
      throw wrongType(param, "a boolean");
    }
    return value.booleanValue();
  }

  static List<String> strings(String param, JsonNode value) throws BodyRejected {
    if (!value.isArray()) {
      throw wrongType(param, "an array of strings");
    }
    List<String> result = new ArrayList<>();
    for (JsonNode element : value) {
      result.add(string(param + "[" + result.size() + "]", element));
    }
    return result;
  }

  /** The names of a header, separated by commas. */
  static List<String> separated(String value) {
    return List.of(value.split(",", MAX_NAMES + 1));
  }

  /** Each name as a value, in their order. */
  static <T> List<T> parsedInOrder(String param, List<String> names, Function<String, T> parse)
      throws BodyRejected {
    if (names.isEmpty() || names.size() > MAX_NAMES) {
      throw wrongValue(param, "must name 1 to " + MAX_NAMES + ".");
    }
    List<T> result = new ArrayList<>();
    for (String name : names) {
      try {
        result.add(parse.apply(name.strip()));
      } catch (IllegalArgumentException e) {
        throw wrongValue(param, printable(String.valueOf(e.getMessage()), MOST_WHY_CHARS) + ".");
      }
    }
    return result;
  }

  static <T> Set<T> parsed(String param, List<String> names, Function<String, T> parse)
      throws BodyRejected {
    return new HashSet<>(parsedInOrder(param, names, parse));
  }

  static BodyRejected wrongType(String param, String expected) {
    return new BodyRejected(BodyFault.wrongType(param, expected, "something else"));
  }

  static BodyRejected wrongValue(String param, String why) {
    return new BodyRejected(BodyFault.wrongValue(param, why));
  }

  static BodyRejected unknown(String param, String known) {
    return new BodyRejected(
        new BodyFault(
            "unknown_parameter",
            "Unknown parameter: '" + printable(param) + "'. Known are " + known + ".",
            printable(param)));
  }

  /** What a client sent goes back to it cut short and without control characters. */
  private static String printable(String text) {
    return printable(text, MOST_SENT_CHARS);
  }

  private static String printable(String text, int mostChars) {
    String cut = text.length() > mostChars ? text.substring(0, mostChars) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
