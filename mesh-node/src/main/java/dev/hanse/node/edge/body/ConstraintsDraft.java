package dev.hanse.node.edge.body;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.node.routing.Constraints;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Collects where a request may run from the {@code x-hanse-…} headers and the body's {@code hanse}
 * object. Where both speak, both hold: the lower price, the common regions, the stronger
 * attestation.
 */
final class ConstraintsDraft {
  /** Prices are USD per million tokens; more digits than micro-USD need are cut off. */
  private static final Pattern USD = Pattern.compile("\\d{1,7}(\\.\\d{1,12})?");

  private static final Pattern RESIDENCY = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final BigDecimal MAX_USD = BigDecimal.valueOf(Price.MAX_MICROS_PER_MTOK, 6);
  private static final int MAX_NAMES = 64;

  private OptionalLong maxInputMicros = OptionalLong.empty();
  private OptionalLong maxOutputMicros = OptionalLong.empty();
  private Optional<Set<RegionId>> regions = Optional.empty();
  private Optional<String> residency = Optional.empty();
  private Optional<AttestationLevel> attestation = Optional.empty();
  private Optional<Set<NodeId>> nodes = Optional.empty();

  Constraints finish() {
    return new Constraints(
        maxInputMicros,
        maxOutputMicros,
        regions.orElse(Set.of()),
        residency,
        attestation,
        nodes.orElse(Set.of()));
  }

  /**
   * Takes the request's headers.
   *
   * @param headers by lower-case name; all but {@code x-hanse-…} are ignored
   */
  void headers(Map<String, String> headers) throws BodyRejected {
    for (var header : headers.entrySet()) {
      String name = header.getKey();
      String value = header.getValue().strip();
      switch (name) {
        case "x-hanse-max-price" -> priceHeader(name, value);
        case "x-hanse-region" -> limitRegions(name, List.of(value.split(",", MAX_NAMES + 1)));
        case "x-hanse-residency" -> limitResidency(name, value);
        case "x-hanse-attestation" -> limitAttestation(name, value);
        case "x-hanse-node" -> limitNodes(name, List.of(value.split(",", MAX_NAMES + 1)));
        default -> {}
      }
    }
  }

  /** Takes the body's {@code hanse} object. */
  void extension(JsonNode hanse) throws BodyRejected {
    if (hanse.isNull()) {
      return;
    }
    if (!hanse.isObject()) {
      throw wrongType("hanse", "an object");
    }
    for (var field : hanse.properties()) {
      String param = "hanse." + field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      switch (field.getKey()) {
        case "max_price" -> price(param, value);
        case "regions" -> limitRegions(param, strings(param, value));
        case "residency" -> limitResidency(param, string(param, value));
        case "attestation" -> limitAttestation(param, string(param, value));
        case "nodes" -> limitNodes(param, strings(param, value));
        default ->
            throw new BodyRejected(
                new BodyFault(
                    "unknown_parameter",
                    "Unknown parameter: '"
                        + printable(param)
                        + "'. Known are max_price, regions, residency, attestation and nodes.",
                    printable(param)));
      }
    }
  }

  private void priceHeader(String name, String value) throws BodyRejected {
    String[] parts = value.split(",", 3);
    if (parts.length > 2) {
      throw wrongPrice(name);
    }
    limitInput(micros(name, parts[0].strip()));
    limitOutput(micros(name, parts[parts.length - 1].strip()));
  }

  private void price(String param, JsonNode value) throws BodyRejected {
    if (value.isNumber()) {
      long micros = micros(param, value);
      limitInput(micros);
      limitOutput(micros);
      return;
    }
    if (!value.isObject()) {
      throw wrongType(param, "a number or an object with input and output");
    }
    for (var field : value.properties()) {
      String inner = param + "." + field.getKey();
      switch (field.getKey()) {
        case "input" -> limitInput(micros(inner, field.getValue()));
        case "output" -> limitOutput(micros(inner, field.getValue()));
        default ->
            throw new BodyRejected(
                new BodyFault(
                    "unknown_parameter",
                    "Unknown parameter: '" + printable(inner) + "'. Known are input and output.",
                    printable(inner)));
      }
    }
  }

  private void limitInput(long micros) {
    maxInputMicros = OptionalLong.of(Math.min(micros, maxInputMicros.orElse(micros)));
  }

  private void limitOutput(long micros) {
    maxOutputMicros = OptionalLong.of(Math.min(micros, maxOutputMicros.orElse(micros)));
  }

  private void limitRegions(String param, List<String> names) throws BodyRejected {
    regions = Optional.of(common(param, regions, parsed(param, names, RegionId::new)));
  }

  private void limitNodes(String param, List<String> names) throws BodyRejected {
    nodes = Optional.of(common(param, nodes, parsed(param, names, NodeId::parse)));
  }

  private void limitResidency(String param, String value) throws BodyRejected {
    if (!RESIDENCY.matcher(value).matches()) {
      throw wrongValue(param, "must look like eu.");
    }
    if (!residency.orElse(value).equals(value)) {
      throw wrongValue(param, "contradicts the header x-hanse-residency.");
    }
    residency = Optional.of(value);
  }

  private void limitAttestation(String param, String value) throws BodyRejected {
    for (AttestationLevel level : AttestationLevel.values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(value)) {
        boolean stronger = attestation.map(known -> level.compareTo(known) > 0).orElse(true);
        attestation = stronger ? Optional.of(level) : attestation;
        return;
      }
    }
    throw wrongValue(param, "must be simulated, tpm or tee.");
  }

  private static <T> Set<T> parsed(String param, List<String> names, Function<String, T> parse)
      throws BodyRejected {
    if (names.isEmpty() || names.size() > MAX_NAMES) {
      throw wrongValue(param, "must name 1 to " + MAX_NAMES + ".");
    }
    Set<T> result = new HashSet<>();
    for (String name : names) {
      try {
        result.add(parse.apply(name.strip()));
      } catch (IllegalArgumentException e) {
        throw wrongValue(param, printable(String.valueOf(e.getMessage())) + ".");
      }
    }
    return result;
  }

  private static <T> Set<T> common(String param, Optional<Set<T>> before, Set<T> more)
      throws BodyRejected {
    if (before.isEmpty()) {
      return more;
    }
    more.retainAll(before.get());
    if (more.isEmpty()) {
      throw wrongValue(param, "shares nothing with what the header allows.");
    }
    return more;
  }

  private static long micros(String param, String usd) throws BodyRejected {
    if (!USD.matcher(usd).matches()) {
      throw wrongPrice(param);
    }
    return micros(param, new BigDecimal(usd));
  }

  private static long micros(String param, JsonNode usd) throws BodyRejected {
    if (!usd.isNumber()) {
      throw wrongType(param, "a number");
    }
    double value = usd.doubleValue();
    if (!Double.isFinite(value)) {
      throw wrongPrice(param);
    }
    return micros(param, BigDecimal.valueOf(value));
  }

  private static long micros(String param, BigDecimal usd) throws BodyRejected {
    if (usd.signum() < 0 || usd.compareTo(MAX_USD) > 0) {
      throw wrongPrice(param);
    }
    return usd.movePointRight(6).setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  private static String string(String param, JsonNode value) throws BodyRejected {
    if (!value.isTextual()) {
      throw wrongType(param, "a string");
    }
    return value.textValue();
  }

  private static List<String> strings(String param, JsonNode value) throws BodyRejected {
    if (!value.isArray()) {
      throw wrongType(param, "an array of strings");
    }
    List<String> result = new ArrayList<>();
    for (JsonNode element : value) {
      result.add(string(param + "[" + result.size() + "]", element));
    }
    return result;
  }

  private static BodyRejected wrongType(String param, String expected) {
    return new BodyRejected(BodyFault.wrongType(param, expected, "something else"));
  }

  private static BodyRejected wrongValue(String param, String why) {
    return new BodyRejected(BodyFault.wrongValue(param, why));
  }

  private static BodyRejected wrongPrice(String param) {
    return wrongValue(
        param, "must be USD per million tokens, 0 to 1000000, for example 0.5 or 0.5,1.5.");
  }

  /** What a client sent goes back to it cut short and without control characters. */
  private static String printable(String text) {
    String cut = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
