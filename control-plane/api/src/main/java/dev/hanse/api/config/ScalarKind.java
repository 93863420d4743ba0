package dev.hanse.api.config;

import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A type that a single word of the document can hold.
 *
 * @param name what the template calls it
 * @param expected what an error says was expected
 * @param literal whether quotes are wrong: a quoted number is text
 * @param parse throws {@link IllegalArgumentException} or {@link ArithmeticException}
 */
record ScalarKind(
    String name, String expected, boolean literal, Function<String, ? extends Object> parse) {
  private static final Map<Class<?>, ScalarKind> KNOWN =
      Map.ofEntries(
          Map.entry(String.class, new ScalarKind("text", "text", false, text -> text)),
          entry(
              int.class,
              new ScalarKind(
                  "whole number",
                  "a whole number from -2147483648 to 2147483647",
                  true,
                  ScalarKind::intOf)),
          entry(
              long.class,
              new ScalarKind("whole number", "a whole number", true, ScalarKind::longOf)),
          entry(
              double.class,
              new ScalarKind("number", "a number such as 0.5", true, ScalarKind::doubleOf)),
          entry(
              boolean.class,
              new ScalarKind("true or false", "true or false", true, ScalarKind::booleanOf)),
          entry(
              Duration.class,
              new ScalarKind(
                  "duration",
                  "a duration with its unit (ms, s, m, h, d), such as 500ms or 2s",
                  false,
                  Words::duration)),
          entry(
              ByteSize.class,
              new ScalarKind(
                  "size",
                  "a size with its unit (B, KiB, MiB, GiB), such as 16MiB",
                  false,
                  ByteSize::parse)),
          entry(
              RegionId.class,
              new ScalarKind("region", "a region such as eu-west", false, RegionId::new)),
          entry(
              NodeId.class,
              new ScalarKind("node", "a node such as acme.gpu-1", false, NodeId::parse)),
          entry(
              ModelId.class,
              new ScalarKind(
                  "model", "a model's name, printable and without spaces", false, ModelId::new)),
          entry(
              Endpoint.class,
              new ScalarKind(
                  "host:port",
                  "host:port, such as 127.0.0.1:8080 or [::1]:8080",
                  false,
                  ScalarKind::endpointOf)),
          entry(
              URI.class,
              new ScalarKind(
                  "URL",
                  "a URL with a scheme, such as http://127.0.0.1:8000",
                  false,
                  ScalarKind::uriOf)),
          entry(Path.class, new ScalarKind("path", "a path", false, ScalarKind::pathOf)));

  private static Map.Entry<Class<?>, ScalarKind> entry(Class<?> type, ScalarKind kind) {
    return Map.entry(type, kind);
  }

  static Optional<ScalarKind> of(Class<?> type) {
    if (type.isEnum()) {
      return Optional.of(ofEnum(type));
    }
    return Optional.ofNullable(KNOWN.get(MethodType.methodType(type).unwrap().returnType()));
  }

  private static ScalarKind ofEnum(Class<?> type) {
    List<Enum<?>> constants =
        Arrays.stream(type.getEnumConstants())
            .<Enum<?>>map(constant -> (Enum<?>) constant)
            .toList();
    String allowed = constants.stream().map(Words::constant).collect(Collectors.joining(", "));
    return new ScalarKind(
        "one of " + allowed,
        "one of " + allowed,
        false,
        text ->
            constants.stream()
                .filter(constant -> Words.constant(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not one of " + allowed)));
  }

  private static Integer intOf(String text) {
    return Math.toIntExact(longOf(text));
  }

  private static Long longOf(String text) {
    if (!text.matches("[+-]?\\d(_?\\d){0,18}")) {
      throw new IllegalArgumentException("not a whole number");
    }
    return Long.valueOf(text.replace("_", ""));
  }

  private static Double doubleOf(String text) {
    if (!text.matches("[+-]?\\d{1,18}(\\.\\d{1,18})?([eE][+-]?\\d{1,3})?")) {
      throw new IllegalArgumentException("not a number");
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not finite");
    }
    return value;
  }

  private static Boolean booleanOf(String text) {
    return switch (text) {
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Endpoint endpointOf(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException("no host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets");
    }
    if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException("no host");
    }
    return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
  }

  private static URI uriOf(String text) {
    URI uri = URI.create(text);
    if (uri.getScheme() == null || uri.getHost() == null) {
      throw new IllegalArgumentException("no scheme or host");
    }
    return uri;
  }

  private static Path pathOf(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty");
    }
    return Path.of(text);
  }
}
