package dev.hanse.node.edge.body;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.node.routing.AttestationDemand;
import dev.hanse.node.routing.Constraints;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Collects where a request may run from the {@code x-hanse-…} headers and the body's {@code hanse}
 * and {@code provider} objects. Where several speak, all hold: the lower price, the common regions,
 * the stronger attestation.
 */
final class ConstraintsDraft {
  /** Prices are USD per million tokens; more digits than micro-USD need are cut off. */
  private static final Pattern USD = Pattern.compile("\\d{1,7}(\\.\\d{1,12})?");

  private static final Pattern RESIDENCY = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final BigDecimal MAX_USD = BigDecimal.valueOf(Price.MAX_MICROS_PER_MTOK, 6);

  private OptionalLong maxInputMicros = OptionalLong.empty();
  private OptionalLong maxOutputMicros = OptionalLong.empty();
  private Optional<Set<RegionId>> regions = Optional.empty();
  private Optional<String> residency = Optional.empty();
  private AttestationDemand attestation = AttestationDemand.NONE;
  private Optional<Set<String>> technologies = Optional.empty();
  private Optional<Set<NodeId>> nodes = Optional.empty();
  private final ProviderDraft providers = new ProviderDraft();

  Constraints finish() {
    return new Constraints(
        maxInputMicros,
        maxOutputMicros,
        regions.orElse(Set.of()),
        residency,
        technologies.map(AttestationDemand::by).orElse(AttestationDemand.NONE).and(attestation),
        nodes.orElse(Set.of()),
        providers.finish());
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
        case "x-hanse-region" -> limitRegions(name, Fields.separated(value));
        case "x-hanse-residency" -> limitResidency(name, value);
        case "x-hanse-attestation" -> limitAttestation(name, value);
        case "x-hanse-technologies" -> limitTechnologies(name, Fields.separated(value));
        case "x-hanse-node" -> limitNodes(name, Fields.separated(value));
        default -> providers.header(name, value);
      }
    }
  }

  /** Takes the body's {@code hanse} object. */
  void extension(JsonNode hanse) throws BodyRejected {
    if (hanse.isNull()) {
      return;
    }
    if (!hanse.isObject()) {
      throw Fields.wrongType("hanse", "an object");
    }
    for (var field : hanse.properties()) {
      String param = "hanse." + field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      switch (field.getKey()) {
        case "max_price" -> price(param, value);
        case "regions" -> limitRegions(param, Fields.strings(param, value));
        case "residency" -> limitResidency(param, Fields.string(param, value));
        case "attestation" -> limitAttestation(param, Fields.string(param, value));
        case "technologies" -> limitTechnologies(param, Fields.strings(param, value));
        case "nodes" -> limitNodes(param, Fields.strings(param, value));
        default -> {
          if (!providers.field(param, field.getKey(), value)) {
            throw Fields.unknown(
                param,
                "regions, residency, attestation, technologies, nodes, " + ProviderDraft.KNOWN);
          }
        }
      }
    }
  }

  /** Takes the body's {@code provider} object. */
  void provider(JsonNode provider) throws BodyRejected {
    if (provider.isNull()) {
      return;
    }
    if (!provider.isObject()) {
      throw Fields.wrongType("provider", "an object");
    }
    for (var field : provider.properties()) {
      String param = "provider." + field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      if (field.getKey().equals("max_price")) {
        price(param, value);
      } else if (!providers.field(param, field.getKey(), value)) {
        throw Fields.unknown(param, ProviderDraft.KNOWN);
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
      throw Fields.wrongType(param, "a number or an object with prompt and completion");
    }
    for (var field : value.properties()) {
      String inner = param + "." + field.getKey();
      switch (field.getKey()) {
        case "input", "prompt" -> limitInput(micros(inner, field.getValue()));
        case "output", "completion" -> limitOutput(micros(inner, field.getValue()));
        default -> throw Fields.unknown(inner, "prompt and completion, or input and output");
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
    regions = Optional.of(common(param, regions, Fields.parsed(param, names, RegionId::new)));
  }

  private void limitNodes(String param, List<String> names) throws BodyRejected {
    nodes = Optional.of(common(param, nodes, Fields.parsed(param, names, NodeId::parse)));
  }

  private void limitResidency(String param, String value) throws BodyRejected {
    if (!RESIDENCY.matcher(value).matches()) {
      throw Fields.wrongValue(param, "must look like eu.");
    }
    if (!residency.orElse(value).equals(value)) {
      throw Fields.wrongValue(param, "contradicts the header x-hanse-residency.");
    }
    residency = Optional.of(value);
  }

  private void limitAttestation(String param, String value) throws BodyRejected {
    if (value.equals("any")) {
      return;
    }
    for (AttestationLevel level : AttestationLevel.values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(value)) {
        attestation = attestation.and(AttestationDemand.atLeast(level));
        return;
      }
    }
    throw Fields.wrongValue(param, "must be any, simulated, tpm or tee.");
  }

  private void limitTechnologies(String param, List<String> names) throws BodyRejected {
    technologies =
        Optional.of(
            common(
                param, technologies, Fields.parsed(param, names, AttestationDemand::requireKnown)));
  }

  private static <T> Set<T> common(String param, Optional<Set<T>> before, Set<T> more)
      throws BodyRejected {
    if (before.isEmpty()) {
      return more;
    }
    more.retainAll(before.get());
    if (more.isEmpty()) {
      throw Fields.wrongValue(param, "shares nothing with what the header allows.");
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
    if (usd.isTextual()) {
      return micros(param, usd.textValue());
    }
    if (!usd.isNumber()) {
      throw Fields.wrongType(param, "a number");
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

  private static BodyRejected wrongPrice(String param) {
    return Fields.wrongValue(
        param, "must be USD per million tokens, 0 to 1000000, for example 0.5 or 0.5,1.5.");
  }
}
