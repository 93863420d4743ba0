package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.AnswerSink;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.Nobody;
import dev.hanse.provider.http.RetryAfter;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.Optional;

/** Reads a message that comes in one piece. */
final class AnthropicAnswer implements AnswerReader {
  private final int maxBytes;
  private final RetryAfter retryAfter;
  private final InstantSource clock;
  private final Buffer body = Buffer.buffer();
  private AnswerSink sink = new Nobody();

  AnthropicAnswer(int maxBytes, RetryAfter retryAfter, InstantSource clock) {
    this.maxBytes = maxBytes;
    this.retryAfter = retryAfter;
    this.clock = clock;
  }

  @Override
  public void begin(MultiMap headers, AnswerSink to) {
    sink = to;
  }

  @Override
  public void read(Buffer bytes) {
    if (body.length() + bytes.length() > maxBytes) {
      fail(Kind.MALFORMED, "an answer longer than " + maxBytes + " bytes");
    } else {
      body.appendBuffer(bytes);
    }
  }

  @Override
  public void end(boolean whole) {
    if (!whole) {
      fail(Kind.TRUNCATED, "the engine's connection broke within its answer");
      return;
    }
    ObjectNode message;
    try {
      message = Json.read(body.getBytes());
    } catch (MalformedAnswer malformed) {
      fail(Kind.MALFORMED, "the engine's answer is " + malformed.getMessage());
      return;
    }
    if (message.path("type").asText("").equals("error")) {
      sink.fail(AnthropicErrors.event(message.path("error"), Usage.NONE));
    } else if (!message.path("content").isArray()) {
      fail(Kind.MALFORMED, "the engine's answer holds no content");
    } else {
      deliver(message);
    }
  }

  @Override
  public Usage usage() {
    return Usage.NONE;
  }

  @Override
  public ProviderFailure refused(int status, MultiMap headers, Buffer error) {
    return AnthropicErrors.refused(status, retryAfter.read(headers), error.getBytes());
  }

  private void deliver(ObjectNode message) {
    MessageUsage usage = new MessageUsage();
    String finishReason = StopReason.finishReason(message.path("stop_reason").asText(""));
    ObjectNode out = Json.object();
    out.put("id", message.path("id").asText(""));
    out.put("object", "chat.completion");
    out.put("created", clock.instant().getEpochSecond());
    out.put("model", message.path("model").asText(""));
    ObjectNode choice = out.putArray("choices").addObject();
    choice.put("index", 0);
    choice.set("message", content(message.path("content"), usage));
    choice.putNull("logprobs").put("finish_reason", finishReason);
    usage.report(message.path("usage"), true);
    out.set("usage", usage.openAi());
    sink.chunk(Json.write(out));
    sink.complete(new Completion(usage.usage(), Optional.empty(), finishReason));
  }

  private static ObjectNode content(JsonNode blocks, MessageUsage usage) {
    StringBuilder text = new StringBuilder();
    StringBuilder thinking = new StringBuilder();
    ArrayNode calls = Json.object().arrayNode();
    for (JsonNode block : blocks) {
      switch (block.path("type").asText("")) {
        case "text" -> text.append(block.path("text").asText(""));
        case "thinking" -> thinking.append(block.path("thinking").asText(""));
        case "tool_use" -> {
          ObjectNode call = calls.addObject();
          call.put("id", block.path("id").asText("")).put("type", "function");
          String arguments =
              Json.text(block.path("input").isObject() ? block.get("input") : Json.object());
          call.putObject("function")
              .put("name", block.path("name").asText(""))
              .put("arguments", arguments);
          usage.passed(arguments.length());
        }
        default -> {
          // Redacted thinking and server tools have no place in a chat message.
        }
      }
    }
    usage.passed(text.length() + thinking.length());
    ObjectNode message = Json.object().put("role", "assistant");
    message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
    if (!thinking.isEmpty()) {
      message.put("reasoning_content", thinking.toString());
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    return message;
  }

  private void fail(Kind kind, String message) {
    sink.fail(AnthropicErrors.broken(kind, message, Usage.NONE));
  }
}
