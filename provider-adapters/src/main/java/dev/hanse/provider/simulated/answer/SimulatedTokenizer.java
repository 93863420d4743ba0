package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * The simulated engine's tokenizer: four UTF-8 bytes are one token, which is near what byte-pair
 * vocabularies reach on English prose, and anyone can count it without the engine.
 *
 * <p>A chat is rendered as a template does: each message begins with one role token and every text
 * of it (content, name, tool call id, the name and the arguments of each tool call) starts on a
 * token of its own, so a text of {@code b} bytes counts {@code ceil(b / 4)}. A message of plain
 * text hence counts {@code 1 + ceil(b / 4)}, and the assistant's role token at the prompt's end one
 * more. Each tool call is led by one token, as are the definitions of tools, counted as compact
 * JSON. Tokens that mark rather than spell hold the byte 0xFF, which UTF-8 never contains: no text
 * can forge one.
 */
public final class SimulatedTokenizer {
  public static final int BYTES_PER_TOKEN = 4;

  /** Tokens a chat of one message has beyond those of its content. */
  public static final int SINGLE_MESSAGE_OVERHEAD = 2;

  static final int ASSISTANT = 0xFFFFFF03;
  static final int CALL = 0xFFFFFF06;
  private static final int SYSTEM = 0xFFFFFF01;
  private static final int USER = 0xFFFFFF02;
  private static final int TOOL = 0xFFFFFF04;
  private static final int TOOLS = 0xFFFFFF05;

  private SimulatedTokenizer() {}

  /** How many tokens a text has. */
  public static int count(String text) {
    return count(utf8(text).length);
  }

  static int count(int bytes) {
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void text(Tokens tokens, String text) {
    byte[] bytes = utf8(text);
    tokens.addBytes(bytes, 0, bytes.length);
  }

  /** Definitions of tools, rendered before the messages. */
  static void tools(Tokens tokens, JsonNode tools) {
    tokens.add(TOOLS);
    text(tokens, tools.toString());
  }

  /** One message whose shape has been checked. */
  static void message(Tokens tokens, JsonNode message, String content) {
    tokens.add(roleToken(message.path("role").asText()));
    text(tokens, message.path("name").asText(""));
    text(tokens, message.path("tool_call_id").asText(""));
    text(tokens, content);
    for (JsonNode call : message.path("tool_calls")) {
      JsonNode function = call.path("function");
      call(tokens, function.path("name").asText(""), function.path("arguments").asText(""));
    }
  }

  static void call(Tokens tokens, String name, String arguments) {
    tokens.add(CALL);
    text(tokens, name);
    text(tokens, arguments);
  }

  private static int roleToken(String role) {
    return switch (role) {
      case "system", "developer" -> SYSTEM;
      case "assistant" -> ASSISTANT;
      case "tool", "function" -> TOOL;
      default -> USER;
    };
  }
}
