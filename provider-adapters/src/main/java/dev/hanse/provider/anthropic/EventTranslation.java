package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A Messages stream's events as OpenAI chunks. Pure; one per exchange.
 *
 * <p>Content blocks of all types are numbered together over there, tool calls alone over here, so
 * each tool block gets the next number. The role comes with the first content, not with {@code
 * message_start}: an engine that fails before it has sent no chunk.
 */
final class EventTranslation {
  /** More blocks than any answer has; beyond it the stream is refused. */
  private static final int MAX_BLOCKS = 4096;

  private static final class ToolBlock {
    final int call;
    final JsonNode input;
    boolean argumentsSeen;

    ToolBlock(int call, JsonNode input) {
      this.call = call;
      this.input = input;
    }
  }

  private final MessageUsage usage = new MessageUsage();
  private final Map<Integer, ToolBlock> tools = new HashMap<>();
  private final long createdSeconds;
  private String id = "";
  private String model;
  private String finishReason = "";
  private boolean roleSent;

  EventTranslation(String model, long createdSeconds) {
    this.model = model;
    this.createdSeconds = createdSeconds;
  }

  Usage usage() {
    return usage.usage();
  }

  /** Empty until the engine said why it stopped. */
  String finishReason() {
    return finishReason;
  }

  /** The chunks an event becomes, mostly one or none. {@code error} events are the caller's. */
  List<Buffer> chunks(JsonNode event) {
    List<Buffer> out = new ArrayList<>(2);
    int index = event.path("index").asInt(0);
    switch (event.path("type").asText("")) {
      case "message_start" -> {
        JsonNode message = event.path("message");
        id = message.path("id").asText("");
        model = message.path("model").asText(model);
        usage.report(message.path("usage"), false);
      }
      case "content_block_start" -> start(index, event.path("content_block"), out);
      case "content_block_delta" -> delta(index, event.path("delta"), out);
      case "content_block_stop" -> stop(index, out);
      case "message_delta" -> {
        usage.report(event.path("usage"), true);
        JsonNode reason = event.path("delta").path("stop_reason");
        if (reason.isTextual() && finishReason.isEmpty()) {
          finishReason = StopReason.finishReason(reason.asText());
          out.add(chunk(Json.object(), finishReason));
        }
      }
      default -> {
        // Pings, and what the API may add: it asks clients to pass over unknown events.
      }
    }
    return out;
  }

  /** The chunk with usage and without choices. */
  Buffer usageChunk() {
    ObjectNode chunk = envelope();
    chunk.putArray("choices");
    chunk.set("usage", usage.openAi());
    return Json.write(chunk);
  }

  private void start(int index, JsonNode block, List<Buffer> out) {
    switch (block.path("type").asText("")) {
      case "text" -> text("content", block.path("text").asText(""), out);
      case "thinking" -> text("reasoning_content", block.path("thinking").asText(""), out);
      case "tool_use" -> {
        if (tools.size() < MAX_BLOCKS && !tools.containsKey(index)) {
          ToolBlock tool = new ToolBlock(tools.size(), block.path("input"));
          tools.put(index, tool);
          ObjectNode delta = Json.object();
          ObjectNode call = delta.putArray("tool_calls").addObject();
          call.put("index", tool.call).put("id", block.path("id").asText(""));
          call.put("type", "function");
          call.putObject("function")
              .put("name", block.path("name").asText(""))
              .put("arguments", "");
          out.add(chunk(delta, ""));
        }
      }
      default -> {
        // Redacted thinking and server tools have no place in a chat chunk.
      }
    }
  }

  private void delta(int index, JsonNode delta, List<Buffer> out) {
    switch (delta.path("type").asText("")) {
      case "text_delta" -> text("content", delta.path("text").asText(""), out);
      case "thinking_delta" -> text("reasoning_content", delta.path("thinking").asText(""), out);
      case "input_json_delta" -> {
        ToolBlock tool = tools.get(index);
        String piece = delta.path("partial_json").asText("");
        if (tool != null && !piece.isEmpty()) {
          arguments(tool, piece, out);
        }
      }
      default -> {
        // Signatures and citations have no counterpart.
      }
    }
  }

  /** A tool without parameters streams no arguments; clients parse them, so give them an object. */
  private void stop(int index, List<Buffer> out) {
    ToolBlock tool = tools.get(index);
    if (tool != null && !tool.argumentsSeen) {
      arguments(tool, tool.input.isObject() ? Json.text(tool.input) : "{}", out);
    }
  }

  private void arguments(ToolBlock tool, String piece, List<Buffer> out) {
    tool.argumentsSeen = true;
    usage.passed(piece.length());
    ObjectNode delta = Json.object();
    ObjectNode call = delta.putArray("tool_calls").addObject().put("index", tool.call);
    call.putObject("function").put("arguments", piece);
    out.add(chunk(delta, ""));
  }

  private void text(String member, String text, List<Buffer> out) {
    if (!text.isEmpty()) {
      usage.passed(text.length());
      out.add(chunk(Json.object().put(member, text), ""));
    }
  }

  private Buffer chunk(ObjectNode delta, String finish) {
    ObjectNode said = delta;
    if (!roleSent) {
      roleSent = true;
      said = Json.object().put("role", "assistant");
      said.setAll(delta);
    }
    ObjectNode chunk = envelope();
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", said);
    choice.put("finish_reason", finish.isEmpty() ? null : finish);
    return Json.write(chunk);
  }

  private ObjectNode envelope() {
    return Json.object()
        .put("id", id)
        .put("object", "chat.completion.chunk")
        .put("created", createdSeconds)
        .put("model", model);
  }
}
