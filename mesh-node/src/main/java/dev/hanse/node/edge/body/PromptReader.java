package dev.hanse.node.edge.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hanse.node.routing.PrefixChains;
import java.io.IOException;

/**
 * Reads the fields that form the prompt: {@code messages}, {@code tools}, {@code prompt}, {@code
 * input}. They go into the prefix chain in the order an engine's template lays them out, tools
 * before messages, whatever their order in the body.
 *
 * <p>Each method is called with the parser on the field's value and leaves it on the value's last
 * token.
 */
final class PromptReader {
  private final PromptText tools = new PromptText();
  private final PromptText conversation = new PromptText();
  private boolean anchored;
  private int anchor;
  private long prompts = 1;

  void tools(String field, JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw FieldShape.wrongType(field, FieldShape.OBJECTS, parser.currentToken());
    }
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw FieldShape.wrongType(field + "[" + i + "]", FieldShape.OBJECT, parser.currentToken());
      }
      tools.value(parser);
    }
  }

  void messages(JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw FieldShape.wrongType("messages", FieldShape.OBJECTS, parser.currentToken());
    }
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      message("messages[" + count + "]", parser);
      count++;
    }
    if (count == 0) {
      throw new BodyRejected(BodyFault.wrongValue("messages", "must hold at least one message."));
    }
  }

  private void message(String path, JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw FieldShape.wrongType(path, FieldShape.OBJECT, parser.currentToken());
    }
    String role = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      var value = parser.nextToken();
      switch (field) {
        case "role" -> {
          requireString(path + ".role", parser);
          role = parser.getText();
        }
        case "content" -> content(path + ".content", parser);
        case "name", "tool_call_id", "refusal" -> {
          if (value != JsonToken.VALUE_NULL) {
            requireString(path + "." + field, parser);
            conversation.name(field);
            conversation.string(parser);
          }
        }
        case "tool_calls" -> toolCalls(path + ".tool_calls", parser);
        default -> {
          conversation.name(field);
          conversation.value(parser);
        }
      }
    }
    if (role.isEmpty()) {
      throw new BodyRejected(BodyFault.missing(path + ".role"));
    }
    conversation.endRecord(role);
    if (!anchored && role.equals("user")) {
      anchored = true;
      anchor = conversation.length();
    }
  }

  private void content(String path, JsonParser parser) throws IOException, BodyRejected {
    switch (parser.currentToken()) {
      case VALUE_NULL -> {}
      case VALUE_STRING -> conversation.string(parser);
      case START_ARRAY -> {
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
          part(path + "[" + i + "]", parser);
        }
      }
      default ->
          throw new BodyRejected(
              BodyFault.wrongType(
                  path,
                  "a string or an array of objects",
                  FieldShape.nameOf(parser.currentToken())));
    }
  }

  private void part(String path, JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw FieldShape.wrongType(path, FieldShape.OBJECT, parser.currentToken());
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      var _ = parser.nextToken();
      switch (field) {
        // The type follows from the field beside it and would keep equal texts apart.
        case "type" -> requireString(path + ".type", parser);
        case "text" -> {
          requireString(path + ".text", parser);
          conversation.string(parser);
        }
        default -> {
          conversation.name(field);
          conversation.value(parser);
        }
      }
    }
  }

  private void toolCalls(String path, JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw FieldShape.wrongType(path, FieldShape.OBJECTS, parser.currentToken());
    }
    conversation.name("tool_calls");
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw FieldShape.wrongType(path + "[" + i + "]", FieldShape.OBJECT, parser.currentToken());
      }
      conversation.value(parser);
    }
  }

  /** Reads a completion's {@code prompt} or an embedding's {@code input}. */
  void prompt(String field, JsonParser parser) throws IOException, BodyRejected {
    switch (parser.currentToken()) {
      case VALUE_STRING -> conversation.string(parser);
      case START_ARRAY -> promptList(field, parser);
      default -> throw wrongPrompt(field, parser.currentToken());
    }
  }

  private void promptList(String field, JsonParser parser) throws IOException, BodyRejected {
    JsonToken kind = parser.nextToken();
    if (kind == JsonToken.END_ARRAY) {
      throw new BodyRejected(BodyFault.wrongValue(field, "must not be empty."));
    }
    long count = 0;
    for (JsonToken token = kind; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      String path = field + "[" + count + "]";
      if (token != kind) {
        throw wrongPrompt(path, token);
      }
      switch (token) {
        case VALUE_STRING -> {
          conversation.string(parser);
          conversation.endRecord("");
        }
        case VALUE_NUMBER_INT -> conversation.tokenId(tokenId(path, parser));
        case START_ARRAY -> tokenIds(path, parser);
        default -> throw wrongPrompt(path, token);
      }
      count++;
    }
    prompts = kind == JsonToken.VALUE_NUMBER_INT ? 1 : count;
    if (prompts > BodyLimits.MAX_PROMPTS) {
      throw new BodyRejected(
          BodyFault.wrongValue(field, "must hold at most " + BodyLimits.MAX_PROMPTS + " entries."));
    }
  }

  private void tokenIds(String path, JsonParser parser) throws IOException, BodyRejected {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      conversation.tokenId(tokenId(path + "[" + i + "]", parser));
    }
    conversation.endRecord("");
  }

  private static long tokenId(String path, JsonParser parser) throws IOException, BodyRejected {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw FieldShape.wrongType(path, FieldShape.INTEGER, parser.currentToken());
    }
    if (parser.getNumberType() != JsonParser.NumberType.INT || parser.getIntValue() < 0) {
      throw new BodyRejected(BodyFault.wrongValue(path, "must be a token id."));
    }
    return parser.getIntValue();
  }

  private static BodyRejected wrongPrompt(String param, JsonToken found) {
    return new BodyRejected(
        BodyFault.wrongType(
            param,
            "a string, an array of strings, an array of token ids or an array of such arrays",
            FieldShape.nameOf(found)));
  }

  private static void requireString(String path, JsonParser parser) throws BodyRejected {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw FieldShape.wrongType(path, FieldShape.STRING, parser.currentToken());
    }
  }

  /** Estimate of the prompt's length in tokens; at least 1. */
  long tokens() {
    return Math.max(1, tools.tokens() + conversation.tokens());
  }

  /** How many prompts a completion or embedding asks for at once. */
  long prompts() {
    return prompts;
  }

  void feed(PrefixChains.Builder chain) {
    tools.appendTo(chain, 0, tools.length());
    conversation.appendTo(chain, 0, anchor);
    if (anchored) {
      chain.anchor();
    }
    conversation.appendTo(chain, anchor, conversation.length());
  }
}
