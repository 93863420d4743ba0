package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Makes up a JSON value that is valid under a JSON Schema, as far as engines' guided decoding goes:
 * type, enum, const, properties, required, items, bounds on numbers, lengths and counts, the common
 * formats, local {@code $ref}, and the first of anyOf and oneOf; allOf is merged. {@code pattern}
 * and negation are not understood.
 *
 * <p>Below a depth of {@value #DEEP} only required properties are filled in, and below {@value
 * #DEEPEST} nothing is, so a schema that contains itself comes to an end.
 */
final class SchemaSample {
  private static final int DEEP = 4;
  private static final int DEEPEST = 24;
  private static final int MOST_NODES = 4096;
  private static final int LONGEST_STRING = 4096;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final JsonNode root;
  private final Draw draw;
  private int nodes;

  private SchemaSample(JsonNode root, Draw draw) {
    this.root = root;
    this.draw = draw;
  }

  static JsonNode of(JsonNode schema, long key) {
    return new SchemaSample(schema, new Draw(key)).value(schema, 0);
  }

  private JsonNode value(JsonNode schema, int depth) {
    if (depth > DEEPEST || ++nodes > MOST_NODES) {
      return JSON.nullNode();
    }
    JsonNode resolved = resolve(schema, depth);
    if (resolved.has("const")) {
      return resolved.path("const");
    }
    JsonNode options = resolved.path("enum");
    if (options.isArray() && !options.isEmpty()) {
      return options.path(draw.below(options.size()));
    }
    return switch (type(resolved)) {
      case "object" -> object(resolved, depth);
      case "array" -> array(resolved, depth);
      case "integer" -> JSON.numberNode(Math.round(number(resolved, 1)));
      case "number" -> JSON.numberNode(number(resolved, 0.5));
      case "boolean" -> JSON.booleanNode(draw.below(2) == 1);
      case "null" -> JSON.nullNode();
      default -> JSON.textNode(string(resolved));
    };
  }

  private JsonNode resolve(JsonNode schema, int depth) {
    JsonNode resolved = schema;
    for (int i = 0; i <= DEEPEST; i++) {
      String reference = resolved.path("$ref").asText("");
      if (reference.startsWith("#")) {
        resolved = reference.equals("#") ? root : root.at(reference.substring(1));
      } else if (resolved.path("anyOf").isArray()) {
        resolved = choose(resolved.path("anyOf"), depth);
      } else if (resolved.path("oneOf").isArray()) {
        resolved = choose(resolved.path("oneOf"), depth);
      } else if (resolved.path("allOf").isArray()) {
        resolved = merge(resolved);
      } else {
        return resolved;
      }
    }
    return JSON.objectNode().put("type", "null");
  }

  // Deep inside, null is preferred where it is allowed: it ends a recursion.
  private static JsonNode choose(JsonNode options, int depth) {
    if (depth >= DEEP) {
      for (JsonNode option : options) {
        if (option.path("type").asText("").equals("null")) {
          return option;
        }
      }
    }
    return options.path(0);
  }

  private JsonNode merge(JsonNode schema) {
    ObjectNode merged = JSON.objectNode();
    ObjectNode properties = JSON.objectNode();
    ArrayNode required = JSON.arrayNode();
    for (JsonNode part : schema.path("allOf")) {
      String reference = part.path("$ref").asText("");
      JsonNode target = reference.startsWith("#/") ? root.at(reference.substring(1)) : part;
      if (target instanceof ObjectNode object) {
        merged.setAll(object);
        for (Map.Entry<String, JsonNode> property : target.path("properties").properties()) {
          properties.set(property.getKey(), property.getValue());
        }
        target.path("required").forEach(required::add);
      }
    }
    for (Map.Entry<String, JsonNode> entry : schema.properties()) {
      if (!entry.getKey().equals("allOf")) {
        merged.set(entry.getKey(), entry.getValue());
      }
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      properties.set(property.getKey(), property.getValue());
    }
    schema.path("required").forEach(required::add);
    if (!properties.isEmpty()) {
      merged.set("properties", properties);
    }
    if (!required.isEmpty()) {
      merged.set("required", required);
    }
    return merged;
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      return type.path(0).asText("string");
    }
    if (type.isTextual()) {
      return type.textValue();
    }
    if (schema.has("properties")) {
      return "object";
    }
    return schema.has("items") ? "array" : "string";
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = JSON.objectNode();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (depth < DEEP || contains(schema.path("required"), property.getKey())) {
        object.set(property.getKey(), value(property.getValue(), depth + 1));
      }
    }
    return object;
  }

  private static boolean contains(JsonNode names, String name) {
    for (JsonNode node : names) {
      if (node.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private ArrayNode array(JsonNode schema, int depth) {
    ArrayNode array = JSON.arrayNode();
    int least = Math.max(0, schema.path("minItems").asInt(0));
    int most = Math.max(least, schema.path("maxItems").asInt(Integer.MAX_VALUE));
    int count = Math.min(most, Math.max(least, depth < DEEP ? 1 + draw.below(2) : 0));
    for (int i = 0; i < count && nodes < MOST_NODES; i++) {
      array.add(value(schema.path("items"), depth + 1));
    }
    return array;
  }

  private double number(JsonNode schema, double grain) {
    double step =
        schema.path("multipleOf").asDouble(0) > 0 ? schema.path("multipleOf").asDouble() : grain;
    double least = schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY);
    double most = schema.path("maximum").asDouble(Double.POSITIVE_INFINITY);
    if (schema.path("exclusiveMinimum").isNumber()) {
      least = Math.max(least, schema.path("exclusiveMinimum").asDouble() + step / 2);
    }
    if (schema.path("exclusiveMaximum").isNumber()) {
      most = Math.min(most, schema.path("exclusiveMaximum").asDouble() - step / 2);
    }
    double first = Math.ceil((Double.isInfinite(least) ? Math.min(0, most) : least) / step) * step;
    if (first > most) {
      // Towards minus infinity the first multiple may lie above the upper bound.
      first = Math.floor(most / step) * step;
    }
    double room = Math.floor((Math.min(most, first + 99 * step) - first) / step);
    return first + draw.below((int) Math.max(0, room) + 1) * step;
  }

  private String string(JsonNode schema) {
    return switch (schema.path("format").asText("")) {
      case "date" -> "2026-11-20";
      case "date-time" -> "2026-11-20T12:00:00Z";
      case "time" -> "12:00:00Z";
      case "email" -> "simulated@example.org";
      case "uri", "uri-reference" -> "https://example.org/simulated";
      case "uuid" -> "00000000-0000-4000-8000-000000000000";
      default -> words(schema);
    };
  }

  private String words(JsonNode schema) {
    int least = Math.clamp(schema.path("minLength").asInt(0), 0, LONGEST_STRING);
    int most = Math.clamp(schema.path("maxLength").asInt(LONGEST_STRING), least, LONGEST_STRING);
    int natural = 4 * (1 + draw.below(3)) - 1;
    int length = Math.min(most, Math.max(least, natural));
    return Prose.words(draw.next(), Math.ceilDiv(length + 1, 4)).substring(0, length);
  }
}
