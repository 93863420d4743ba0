package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads fields of a JSON body, refusing wrong types by the field's name as engines do. */
record Fields(JsonNode body) {
  boolean has(String name) {
    return body.hasNonNull(name);
  }

  JsonNode any(String name) {
    return body.path(name);
  }

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    JsonNode value = body.path(name);
    if (!value.isBoolean()) {
      throw wrongType(name, "a boolean", value);
    }
    return value.booleanValue();
  }

  int integer(String name, int least, int most, int otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    JsonNode value = body.path(name);
    if (!value.isIntegralNumber()) {
      throw wrongType(name, "an integer", value);
    }
    if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
      throw RefusedRequest.invalid(
          name, name + " must be " + least + " to " + most + ", got " + brief(value));
    }
    return value.intValue();
  }

  long any64(String name, long otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    JsonNode value = body.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrongType(name, "a 64-bit integer", value);
    }
    return value.longValue();
  }

  void checkNumber(String name, double least, double most) {
    if (!has(name)) {
      return;
    }
    JsonNode value = body.path(name);
    if (!value.isNumber()) {
      throw wrongType(name, "a number", value);
    }
    double number = value.doubleValue();
    if (!(number >= least && number <= most)) {
      throw RefusedRequest.invalid(
          name, name + " must be " + least + " to " + most + ", got " + brief(value));
    }
  }

  String text(String name, String otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    JsonNode value = body.path(name);
    if (!value.isTextual()) {
      throw wrongType(name, "a string", value);
    }
    return value.textValue();
  }

  /** A string or an array of at most {@code most} strings, none of them empty. */
  List<String> texts(String name, int most) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode value = body.path(name);
    if (value.isArray() && value.size() > most) {
      throw RefusedRequest.invalid(
          name, name + " may have at most " + most + " entries, got " + value.size());
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode entry : value.isArray() ? value : List.of(value)) {
      if (!entry.isTextual() || entry.textValue().isEmpty()) {
        throw wrongType(name, "a string or an array of strings, none empty", entry);
      }
      texts.add(entry.textValue());
    }
    return texts;
  }

  static RefusedRequest wrongType(String field, String wanted, JsonNode value) {
    return RefusedRequest.invalid(
        field,
        "Invalid type for '" + field + "': expected " + wanted + ", got " + typeOf(value) + ".");
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "a boolean";
      case NUMBER -> value.isIntegralNumber() ? "an integer" : "a number";
      case OBJECT, POJO -> "an object";
      case STRING -> value.textValue().isEmpty() ? "an empty string" : "a string";
      case BINARY -> "bytes";
      case NULL -> "null";
      case MISSING -> "nothing";
    };
  }

  // A number may have thousands of digits.
  private static String brief(JsonNode number) {
    String text = number.asText();
    return text.length() <= 24 ? text : text.substring(0, 24) + "…";
  }
}
