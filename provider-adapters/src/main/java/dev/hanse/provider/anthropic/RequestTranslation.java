package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An OpenAI chat request as a Messages request. Pure.
 *
 * <p>Members that change nothing (null, empty, or their default) are accepted whatever they are
 * called; any other that has no counterpart is refused by name. {@code thinking} and {@code top_k}
 * are Anthropic's own and pass through.
 */
final class RequestTranslation {
  /** Members that only concern who keeps or pays for what, and never the answer. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "metadata",
          "prompt_cache_key",
          "prompt_cache_retention",
          "messages",
          "max_tokens",
          "max_completion_tokens",
          "parallel_tool_calls");

  /** Values that say what is so anyway. */
  private static final Map<String, Set<String>> DEFAULTS =
      Map.ofEntries(
          Map.entry("n", Set.of("1")),
          Map.entry("logprobs", Set.of("false")),
          Map.entry("top_logprobs", Set.of("0")),
          Map.entry("frequency_penalty", Set.of("0", "0.0")),
          Map.entry("presence_penalty", Set.of("0", "0.0")),
          Map.entry("response_format", Set.of("{\"type\":\"text\"}")),
          Map.entry("modalities", Set.of("[\"text\"]")),
          Map.entry("service_tier", Set.of("\"auto\"", "\"default\"")),
          Map.entry("store", Set.of("false")));

  private RequestTranslation() {}

  /**
   * The Messages request.
   *
   * @param defaultMaxTokens where the client named none; the API demands one
   */
  static ObjectNode translate(
      ObjectNode request, String model, boolean stream, int defaultMaxTokens) throws Unsupported {
    ObjectNode out = Json.object();
    out.put("model", model);
    out.set("max_tokens", maxTokens(request, defaultMaxTokens));
    if (stream) {
      out.put("stream", true);
    }
    MessageTranslation.translate(request.path("messages"), out);
    for (Map.Entry<String, JsonNode> member : request.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (!WITHOUT_EFFECT.contains(name) && !isEmpty(value)) {
        member(name, value, out);
      }
    }
    parallelToolCalls(request.path("parallel_tool_calls"), out);
    return out;
  }

  /** Null, an empty list or object: nothing was asked for. */
  static boolean isEmpty(JsonNode value) {
    return value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  private static void member(String name, JsonNode value, ObjectNode out) throws Unsupported {
    switch (name) {
      case "temperature" -> {
        if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > 1) {
          throw new Unsupported(name, "must be within 0 and 1 for this model's engine");
        }
        out.set(name, value);
      }
      case "top_p", "top_k", "thinking" -> out.set(name, value);
      case "stop" -> out.set("stop_sequences", stopSequences(value));
      case "tools" -> out.set("tools", tools(value));
      case "tool_choice" -> out.set("tool_choice", toolChoice(value));
      case "user", "safety_identifier" -> {
        if (!value.isTextual()) {
          throw new Unsupported(name, "must be a string");
        }
        out.withObject("/metadata").set("user_id", value);
      }
      default -> {
        if (!DEFAULTS.getOrDefault(name, Set.of()).contains(Json.text(value))) {
          throw Unsupported.field(name);
        }
      }
    }
  }

  private static JsonNode maxTokens(ObjectNode request, int defaultMaxTokens) throws Unsupported {
    for (String name : List.of("max_completion_tokens", "max_tokens")) {
      JsonNode value = request.path(name);
      if (value.isMissingNode() || value.isNull()) {
        continue;
      }
      if (!value.isIntegralNumber() || value.bigIntegerValue().signum() <= 0) {
        throw new Unsupported(name, "must be a whole number above zero");
      }
      return value;
    }
    return Json.object().numberNode(defaultMaxTokens);
  }

  private static ArrayNode stopSequences(JsonNode value) throws Unsupported {
    ArrayNode sequences = Json.object().arrayNode();
    if (value.isTextual()) {
      return sequences.add(value);
    }
    if (!value.isArray()) {
      throw new Unsupported("stop", "must be a string or a list of strings");
    }
    for (JsonNode sequence : value) {
      if (!sequence.isTextual()) {
        throw new Unsupported("stop", "must be a string or a list of strings");
      }
      sequences.add(sequence);
    }
    return sequences;
  }

  private static ArrayNode tools(JsonNode tools) throws Unsupported {
    if (!tools.isArray()) {
      throw new Unsupported("tools", "must be a list");
    }
    ArrayNode out = Json.object().arrayNode();
    for (int i = 0; i < tools.size(); i++) {
      String path = "tools[" + i + "]";
      JsonNode tool = tools.get(i);
      JsonNode function = tool.path("function");
      if (!tool.path("type").asText("").equals("function") || !function.isObject()) {
        throw new Unsupported(path + ".type", "must be function for this model's engine");
      }
      if (function.path("strict").asBoolean(false)) {
        throw Unsupported.field(path + ".function.strict");
      }
      if (!function.path("name").isTextual()) {
        throw new Unsupported(path + ".function.name", "must be a string");
      }
      ObjectNode translated = out.addObject();
      translated.set("name", function.get("name"));
      if (function.path("description").isTextual()) {
        translated.set("description", function.get("description"));
      }
      JsonNode parameters = function.path("parameters");
      translated.set(
          "input_schema",
          parameters.isObject() && !parameters.isEmpty()
              ? parameters
              : Json.object().put("type", "object"));
    }
    return out;
  }

  private static ObjectNode toolChoice(JsonNode choice) throws Unsupported {
    if (choice.isObject()
        && choice.path("type").asText("").equals("function")
        && choice.path("function").path("name").isTextual()) {
      return Json.object()
          .put("type", "tool")
          .put("name", choice.path("function").path("name").asText());
    }
    return switch (choice.asText("")) {
      case "auto" -> Json.object().put("type", "auto");
      case "required" -> Json.object().put("type", "any");
      case "none" -> Json.object().put("type", "none");
      default -> throw new Unsupported("tool_choice", "is none of auto, required, none, function");
    };
  }

  private static void parallelToolCalls(JsonNode value, ObjectNode out) throws Unsupported {
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    if (!value.isBoolean()) {
      throw new Unsupported("parallel_tool_calls", "must be true or false");
    }
    if (!value.asBoolean() && out.has("tools")) {
      ObjectNode choice = out.withObject("/tool_choice");
      if (!choice.has("type")) {
        choice.put("type", "auto");
      }
      if (!choice.path("type").asText().equals("none")) {
        choice.put("disable_parallel_tool_use", true);
      }
    }
  }
}
