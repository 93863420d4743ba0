package dev.hanse.control.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request's JSON object, read strictly: what is not known, or not of its type, is refused. */
final class StrictBody {
  private static final int MAX_NESTING = 8;
  private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,8})(s|m|h|d)");
  private static final Pattern NAME = Pattern.compile("[!-~]([ -~]{0,126}[!-~])?");

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode object;

  private StrictBody(JsonNode object) {
    this.object = object;
  }

  static StrictBody of(RoutingContext request, String... known) {
    Buffer body = request.body().buffer();
    return of(body == null ? new byte[0] : body.getBytes(), known);
  }

  static StrictBody of(byte[] body, String... known) {
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (IOException invalid) {
      throw new Refusal(400, "json-invalid", "the body must be one JSON object");
    }
    if (node == null || !node.isObject()) {
      throw new Refusal(400, "json-invalid", "the body must be one JSON object");
    }
    Set<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    List.of(known).forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      String first = unknown.iterator().next();
      throw new Refusal(
          400,
          "field-unknown",
          "\"" + first + "\" is not known; there are " + String.join(", ", known),
          first);
    }
    return new StrictBody(node);
  }

  private Optional<JsonNode> present(String field) {
    JsonNode value = object.get(field);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private JsonNode required(String field) {
    return present(field)
        .orElseThrow(() -> new Refusal(400, "field-missing", field + " is missing", field));
  }

  /** 1 to 128 printable ASCII characters. */
  String name(String field) {
    JsonNode value = required(field);
    if (!value.isTextual() || !NAME.matcher(value.textValue()).matches()) {
      throw Refusal.badField(field, "must be a text of 1 to 128 printable ASCII characters");
    }
    return value.textValue();
  }

  boolean flag(String field) {
    JsonNode value = required(field);
    if (!value.isBoolean()) {
      throw Refusal.badField(field, "must be true or false");
    }
    return value.booleanValue();
  }

  /** 0 where it is missing. */
  long count(String field) {
    JsonNode value = present(field).orElse(null);
    if (value == null) {
      return 0;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw Refusal.badField(field, "must be a whole number, 0 or above");
    }
    return value.longValue();
  }

  /** Empty where it is missing. */
  List<String> texts(String field, int max) {
    JsonNode array = present(field).orElse(null);
    List<String> texts = new ArrayList<>();
    if (array == null) {
      return texts;
    }
    if (!array.isArray() || array.size() > max) {
      throw Refusal.badField(field, "must be a list of at most " + max + " texts");
    }
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw Refusal.badField(field, "must be a list of texts");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  Optional<Instant> instant(String field) {
    return present(field)
        .map(value -> {
          try {
            return Instant.parse(value.isTextual() ? value.textValue() : "");
          } catch (DateTimeParseException invalid) {
            throw Refusal.badField(field, "must look like 2027-01-01T00:00:00Z");
          }
        });
  }

  Optional<Duration> duration(String field) {
    return present(field)
        .map(value -> {
          Matcher form = DURATION.matcher(value.isTextual() ? value.textValue() : "");
          if (!form.matches()) {
            throw Refusal.badField(field, "must look like 30m, 24h or 7d");
          }
          long amount = Long.parseLong(form.group(1));
          return switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          };
        });
  }
}
