package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Decides whether an answer is text, JSON or tool calls.
 *
 * <p>With {@code tool_choice: auto} a tool is called when the user's last message names it: by its
 * name, or by every word of more than three letters in its name ("What is the weather in Bergen?"
 * names {@code get_weather}).
 */
final class ToolChoice {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
  private static final Pattern WORD_BORDER = Pattern.compile("[_-]+|(?<=[a-z0-9])(?=[A-Z])");
  private static final int MOST_TOOLS = 128;
  private static final int MOST_CALLS = 4;
  private static final int SHORT_WORD = 3;

  private ToolChoice() {}

  /** The tools offered, checked; empty when there are none or {@code tool_choice} forbids them. */
  static List<Form.Tool> tools(Fields fields) {
    if (!fields.has("tools")) {
      return List.of();
    }
    JsonNode nodes = fields.any("tools");
    if (!nodes.isArray()) {
      throw Fields.wrongType("tools", "an array", nodes);
    }
    if (nodes.size() > MOST_TOOLS) {
      throw RefusedRequest.invalid(
          "tools", "tools may have at most " + MOST_TOOLS + " entries, got " + nodes.size());
    }
    List<Form.Tool> tools = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      String field = "tools[" + i + "].function";
      JsonNode function = nodes.path(i).path("function");
      if (!function.isObject()) {
        throw Fields.wrongType(field, "an object", function);
      }
      JsonNode name = function.path("name");
      if (!name.isTextual() || !NAME.matcher(name.textValue()).matches()) {
        throw RefusedRequest.invalid(
            field + ".name", "'" + field + ".name' must be 1 to 64 of a-z, A-Z, 0-9, _ and -");
      }
      JsonNode parameters = function.path("parameters");
      if (!parameters.isMissingNode() && !parameters.isNull() && !parameters.isObject()) {
        throw Fields.wrongType(field + ".parameters", "an object", parameters);
      }
      tools.add(
          new Form.Tool(
              name.textValue(),
              parameters.isObject()
                  ? parameters
                  : JsonNodeFactory.instance.objectNode().put("type", "object")));
    }
    return tools;
  }

  static Form form(Fields fields, List<Form.Tool> tools, long key) {
    List<Form.Tool> called = called(fields, tools, key);
    return called.isEmpty() ? withoutCalls(fields) : new Form.Calls(called);
  }

  private static List<Form.Tool> called(Fields fields, List<Form.Tool> tools, long key) {
    JsonNode choice = fields.any("tool_choice");
    if (choice.isObject()) {
      String wanted = choice.path("function").path("name").asText("");
      return List.of(
          tools.stream()
              .filter(tool -> tool.name().equals(wanted))
              .findFirst()
              .orElseThrow(() ->
                  RefusedRequest.invalid(
                      "tool_choice", "tool_choice names a function that is not in tools")));
    }
    String mode = fields.text("tool_choice", "auto");
    if (!List.of("auto", "none", "required").contains(mode)) {
      throw RefusedRequest.invalid(
          "tool_choice", "tool_choice must be auto, none, required or name a function");
    }
    if (mode.equals("required") && tools.isEmpty()) {
      throw RefusedRequest.invalid("tool_choice", "tool_choice is required but there are no tools");
    }
    if (mode.equals("none") || tools.isEmpty()) {
      return List.of();
    }
    String question = ChatTemplate.lastQuestion(fields).toLowerCase(Locale.ROOT);
    int most = fields.flag("parallel_tool_calls", true) ? MOST_CALLS : 1;
    List<Form.Tool> named =
        tools.stream().filter(tool -> names(question, tool.name())).limit(most).toList();
    if (named.isEmpty() && mode.equals("required")) {
      return List.of(tools.get(new Draw(key).below(tools.size())));
    }
    return named;
  }

  private static boolean names(String question, String tool) {
    if (question.contains(tool.toLowerCase(Locale.ROOT))) {
      return true;
    }
    List<String> words =
        WORD_BORDER
            .splitAsStream(tool)
            .filter(word -> word.length() > SHORT_WORD)
            .map(word -> word.toLowerCase(Locale.ROOT))
            .toList();
    return !words.isEmpty() && words.stream().allMatch(question::contains);
  }

  private static Form withoutCalls(Fields fields) {
    if (!fields.has("response_format")) {
      return new Form.Text();
    }
    JsonNode format = fields.any("response_format");
    if (!format.isObject()) {
      throw Fields.wrongType("response_format", "an object", format);
    }
    return switch (format.path("type").asText("")) {
      case "text" -> new Form.Text();
      case "json_object" -> new Form.Json(anyObject());
      case "json_schema" -> {
        JsonNode schema = format.path("json_schema").path("schema");
        if (!schema.isObject()) {
          throw Fields.wrongType("response_format.json_schema.schema", "an object", schema);
        }
        yield new Form.Json(schema);
      }
      default ->
          throw RefusedRequest.invalid(
              "response_format.type",
              "response_format.type must be text, json_object or json_schema");
    };
  }

  private static JsonNode anyObject() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return json.objectNode()
        .put("type", "object")
        .set(
            "properties", json.objectNode().set("answer", json.objectNode().put("type", "string")));
  }
}
