package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Checks the messages of a chat and renders them (see {@link SimulatedTokenizer}).
 *
 * @param fields of the request's body
 */
record ChatTemplate(Fields fields) {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  /**
   * The prompt.
   *
   * @param toolless whether there are no tools to render
   * @param seed of the answer
   */
  Prompt render(boolean toolless, long seed) {
    JsonNode messages = fields.any("messages");
    if (!messages.isArray()) {
      throw Fields.wrongType("messages", "an array", messages);
    }
    if (messages.isEmpty()) {
      throw RefusedRequest.invalid("messages", "'messages' must not be empty");
    }
    Tokens tokens = new Tokens();
    if (!toolless) {
      SimulatedTokenizer.tools(tokens, fields.any("tools"));
    }
    boolean continues = fields.flag("continue_final_message", false);
    int whole = messages.size() - (continues ? 1 : 0);
    for (int i = 0; i < whole; i++) {
      SimulatedTokenizer.message(tokens, messages.path(i), content(messages, i));
    }
    tokens.add(SimulatedTokenizer.ASSISTANT);
    long key = tokens.hash(seed);
    String begun = "";
    if (continues) {
      begun = begun(messages, whole);
      SimulatedTokenizer.text(tokens, begun);
    }
    return new Prompt(tokens, key, begun);
  }

  private static String begun(JsonNode messages, int index) {
    String content = content(messages, index);
    JsonNode last = messages.path(index);
    if (!last.path("role").asText().equals("assistant") || last.hasNonNull("tool_calls")) {
      throw RefusedRequest.invalid(
          "continue_final_message",
          "continue_final_message needs the last message to be the assistant's text");
    }
    return content;
  }

  private static String content(JsonNode messages, int index) {
    String field = "messages[" + index + "]";
    JsonNode message = messages.path(index);
    if (!message.isObject()) {
      throw Fields.wrongType(field, "an object", message);
    }
    JsonNode role = message.path("role");
    if (!role.isTextual()) {
      throw Fields.wrongType(field + ".role", "a string", role);
    }
    if (!ROLES.contains(role.textValue())) {
      throw RefusedRequest.invalid(
          field + ".role",
          "Invalid value for '" + field + ".role': supported are " + String.join(", ", sorted()));
    }
    checkCalls(field, message.path("tool_calls"));
    boolean mayBeAbsent = role.textValue().equals("assistant");
    return text(field + ".content", message.path("content"), mayBeAbsent);
  }

  private static Iterable<String> sorted() {
    return ROLES.stream().sorted().toList();
  }

  private static void checkCalls(String field, JsonNode calls) {
    if (calls.isMissingNode() || calls.isNull()) {
      return;
    }
    if (!calls.isArray()) {
      throw Fields.wrongType(field + ".tool_calls", "an array", calls);
    }
    for (int i = 0; i < calls.size(); i++) {
      JsonNode function = calls.path(i).path("function");
      String where = field + ".tool_calls[" + i + "].function";
      if (!function.path("name").isTextual()) {
        throw Fields.wrongType(where + ".name", "a string", function.path("name"));
      }
      if (!function.path("arguments").isTextual()) {
        throw Fields.wrongType(where + ".arguments", "a string", function.path("arguments"));
      }
    }
  }

  private static String text(String field, JsonNode content, boolean mayBeAbsent) {
    if (content.isTextual()) {
      return content.textValue();
    }
    if (mayBeAbsent && (content.isMissingNode() || content.isNull())) {
      return "";
    }
    if (!content.isArray()) {
      throw Fields.wrongType(field, "a string or an array of parts", content);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < content.size(); i++) {
      JsonNode part = content.path(i);
      String where = field + "[" + i + "]";
      String type = part.path("type").asText("");
      if (!type.equals("text") && !type.equals("refusal")) {
        throw RefusedRequest.invalid(
            where + ".type", "the simulated engine reads text only; '" + where + "' is not text");
      }
      JsonNode value = part.path(type);
      if (!value.isTextual()) {
        throw Fields.wrongType(where + "." + type, "a string", value);
      }
      text.append(value.textValue());
    }
    return text.toString();
  }

  /** The text of the last message if it is the user's, else empty. */
  static String lastQuestion(Fields fields) {
    JsonNode messages = fields.any("messages");
    int last = messages.size() - 1;
    return messages.path(last).path("role").asText("").equals("user")
        ? content(messages, last)
        : "";
  }
}
