package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.http.MalformedAnswer;
import java.util.Map;
import java.util.Set;

/**
 * A conversation's messages as the Messages API wants them: instructions apart under {@code
 * system}, results of tools within the user's turn, and turns of one role joined. Pure.
 */
final class MessageTranslation {
  /** What a message may hold; what an assistant once thought is accepted back and left out. */
  private static final Set<String> KNOWN =
      Set.of("role", "content", "tool_calls", "tool_call_id", "reasoning_content", "reasoning");

  private MessageTranslation() {}

  static void translate(JsonNode messages, ObjectNode out) throws Unsupported {
    if (!messages.isArray() || messages.isEmpty()) {
      throw new Unsupported("messages", "must be a list with at least one message");
    }
    ArrayNode system = Json.object().arrayNode();
    ArrayNode turns = Json.object().arrayNode();
    for (int i = 0; i < messages.size(); i++) {
      String path = "messages[" + i + "]";
      JsonNode message = messages.get(i);
      requireKnown(message, path);
      String role = message.path("role").asText("");
      switch (role) {
        case "system", "developer" -> content(message.path("content"), path, system, false);
        case "user" -> content(message.path("content"), path, turn(turns, "user"), true);
        case "assistant" -> assistant(message, path, turn(turns, "assistant"));
        case "tool" -> toolResult(message, path, turn(turns, "user"));
        default ->
            throw new Unsupported(
                path + ".role", "is none of system, developer, user, assistant, tool");
      }
    }
    if (!system.isEmpty()) {
      out.set("system", system);
    }
    out.set("messages", turns);
  }

  private static void requireKnown(JsonNode message, String path) throws Unsupported {
    if (!message.isObject()) {
      throw new Unsupported(path, "must be an object");
    }
    for (Map.Entry<String, JsonNode> member : message.properties()) {
      if (!KNOWN.contains(member.getKey()) && !RequestTranslation.isEmpty(member.getValue())) {
        throw Unsupported.field(path + "." + member.getKey());
      }
    }
  }

  /** The content of the turn being written: the last one, when the role goes on. */
  private static ArrayNode turn(ArrayNode turns, String role) {
    JsonNode last = turns.isEmpty() ? turns : turns.get(turns.size() - 1);
    if (last.path("role").asText("").equals(role)) {
      return (ArrayNode) last.get("content");
    }
    return turns.addObject().put("role", role).putArray("content");
  }

  private static void assistant(JsonNode message, String path, ArrayNode blocks)
      throws Unsupported {
    content(message.path("content"), path, blocks, false);
    JsonNode calls = message.path("tool_calls");
    for (int i = 0; i < calls.size(); i++) {
      JsonNode call = calls.get(i);
      String callPath = path + ".tool_calls[" + i + "]";
      JsonNode function = call.path("function");
      if (!call.path("id").isTextual() || !function.path("name").isTextual()) {
        throw new Unsupported(callPath, "needs an id and a function's name");
      }
      ObjectNode block = blocks.addObject();
      block.put("type", "tool_use");
      block.set("id", call.get("id"));
      block.set("name", function.get("name"));
      block.set("input", arguments(function.path("arguments").asText(""), callPath));
    }
  }

  private static ObjectNode arguments(String json, String path) throws Unsupported {
    if (json.isBlank()) {
      return Json.object();
    }
    try {
      return Json.read(json);
    } catch (MalformedAnswer notAnObject) {
      throw new Unsupported(path + ".function.arguments", "must be a JSON object in a string");
    }
  }

  private static void toolResult(JsonNode message, String path, ArrayNode blocks)
      throws Unsupported {
    if (!message.path("tool_call_id").isTextual()) {
      throw new Unsupported(path + ".tool_call_id", "must be a string");
    }
    ObjectNode block = blocks.addObject();
    block.put("type", "tool_result");
    block.set("tool_use_id", message.get("tool_call_id"));
    ArrayNode parts = Json.object().arrayNode();
    content(message.path("content"), path, parts, true);
    if (!parts.isEmpty()) {
      block.set("content", parts);
    }
  }

  /** Adds content's parts as blocks; empty text is left out, as the API refuses it. */
  private static void content(JsonNode content, String path, ArrayNode blocks, boolean images)
      throws Unsupported {
    if (content.isMissingNode() || content.isNull()) {
      return;
    }
    if (content.isTextual()) {
      text(content.asText(), blocks);
      return;
    }
    if (!content.isArray()) {
      throw new Unsupported(path + ".content", "must be a string or a list of parts");
    }
    for (int i = 0; i < content.size(); i++) {
      JsonNode part = content.get(i);
      String partPath = path + ".content[" + i + "]";
      String type = part.path("type").asText("");
      if (type.equals("text") && part.path("text").isTextual()) {
        text(part.path("text").asText(), blocks);
      } else if (type.equals("image_url") && images) {
        image(part.path("image_url").path("url").asText(""), partPath, blocks);
      } else {
        throw Unsupported.field(partPath + ".type=" + (type.length() > 40 ? "?" : type));
      }
    }
  }

  private static void text(String text, ArrayNode blocks) {
    if (!text.isEmpty()) {
      blocks.addObject().put("type", "text").put("text", text);
    }
  }

  private static void image(String url, String path, ArrayNode blocks) throws Unsupported {
    ObjectNode source = Json.object();
    if (url.startsWith("https://")) {
      source.put("type", "url").put("url", url);
    } else {
      int comma = url.indexOf(";base64,");
      if (!url.startsWith("data:image/") || comma < 0 || comma > 100) {
        throw new Unsupported(path + ".image_url.url", "must be https or data:image/…;base64,…");
      }
      source
          .put("type", "base64")
          .put("media_type", url.substring("data:".length(), comma))
          .put("data", url.substring(comma + ";base64,".length()));
    }
    blocks.addObject().put("type", "image").set("source", source);
  }
}
