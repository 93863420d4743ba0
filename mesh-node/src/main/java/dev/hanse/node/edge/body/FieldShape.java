package dev.hanse.node.edge.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON types OpenAI allows for a field. Ranges are the engine's business; a wrong type is told
 * here, where the answer is quick and names the field.
 */
enum FieldShape {
  BOOLEAN("a boolean"),
  INTEGER("an integer"),
  NUMBER("a number"),
  BOOLEAN_OR_INTEGER("a boolean or an integer"),
  STRING("a string"),
  STRING_OR_STRINGS("a string or an array of strings"),
  STRING_OR_OBJECT("a string or an object"),
  OBJECT("an object"),
  ARRAY("an array"),
  OBJECTS("an array of objects");

  /** Fields checked by shape alone. Anything not listed passes untouched. */
  private static final Map<String, FieldShape> KNOWN =
      Map.ofEntries(
          Map.entry("temperature", NUMBER),
          Map.entry("top_p", NUMBER),
          Map.entry("frequency_penalty", NUMBER),
          Map.entry("presence_penalty", NUMBER),
          Map.entry("seed", INTEGER),
          Map.entry("stop", STRING_OR_STRINGS),
          Map.entry("user", STRING),
          Map.entry("safety_identifier", STRING),
          Map.entry("response_format", OBJECT),
          Map.entry("tool_choice", STRING_OR_OBJECT),
          Map.entry("function_call", STRING_OR_OBJECT),
          Map.entry("parallel_tool_calls", BOOLEAN),
          Map.entry("logit_bias", OBJECT),
          Map.entry("logprobs", BOOLEAN_OR_INTEGER),
          Map.entry("top_logprobs", INTEGER),
          Map.entry("metadata", OBJECT),
          Map.entry("store", BOOLEAN),
          Map.entry("modalities", ARRAY),
          Map.entry("reasoning_effort", STRING),
          Map.entry("service_tier", STRING),
          Map.entry("echo", BOOLEAN),
          Map.entry("suffix", STRING),
          Map.entry("dimensions", INTEGER),
          Map.entry("encoding_format", STRING));

  final String description;

  FieldShape(String description) {
    this.description = description;
  }

  /** Checks and skips a field that is only checked for its shape; null passes. */
  static void checkKnown(String field, JsonParser parser) throws IOException, BodyRejected {
    FieldShape shape = KNOWN.get(field);
    if (shape != null) {
      shape.check(field, parser);
    }
    var _ = parser.skipChildren();
  }

  private void check(String field, JsonParser parser) throws IOException, BodyRejected {
    JsonToken token = parser.currentToken();
    boolean fits =
        token == JsonToken.VALUE_NULL
            || switch (this) {
              case BOOLEAN -> token.isBoolean();
              case INTEGER -> token == JsonToken.VALUE_NUMBER_INT;
              case NUMBER -> token.isNumeric();
              case BOOLEAN_OR_INTEGER -> token.isBoolean() || token == JsonToken.VALUE_NUMBER_INT;
              case STRING -> token == JsonToken.VALUE_STRING;
              case STRING_OR_STRINGS ->
                  token == JsonToken.VALUE_STRING || token == JsonToken.START_ARRAY;
              case STRING_OR_OBJECT ->
                  token == JsonToken.VALUE_STRING || token == JsonToken.START_OBJECT;
              case OBJECT -> token == JsonToken.START_OBJECT;
              case ARRAY, OBJECTS -> token == JsonToken.START_ARRAY;
            };
    if (!fits) {
      throw new BodyRejected(BodyFault.wrongType(field, description, nameOf(token)));
    }
    if (this == STRING_OR_STRINGS && token == JsonToken.START_ARRAY) {
      checkStrings(field, parser);
    }
  }

  private static void checkStrings(String field, JsonParser parser)
      throws IOException, BodyRejected {
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw wrongType(field + "[" + index + "]", STRING, parser.currentToken());
      }
      index++;
    }
  }

  static BodyRejected wrongType(String param, FieldShape expected, @Nullable JsonToken found) {
    return new BodyRejected(BodyFault.wrongType(param, expected.description, nameOf(found)));
  }

  static String nameOf(@Nullable JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a decimal";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case null -> "nothing";
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "nothing";
    };
  }
}
