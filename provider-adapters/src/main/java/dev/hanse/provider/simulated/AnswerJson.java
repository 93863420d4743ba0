package dev.hanse.provider.simulated;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hanse.provider.Usage;
import dev.hanse.provider.simulated.answer.Logprob;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes answers and their chunks as OpenAI JSON.
 *
 * @param id the same in every chunk
 * @param created seconds since 1970, the same in every chunk
 * @param fingerprint marks the answer as simulated
 * @param announcesUsage whether chunks hold {@code "usage": null}
 * @param logprobs whether a choice has a {@code logprobs} object
 */
record AnswerJson(
    boolean chat,
    String id,
    long created,
    String model,
    String fingerprint,
    boolean announcesUsage,
    boolean logprobs) {

  /** A tool call, whole or begun. */
  record ToolCall(int index, String id, String name, String arguments) {}

  /** One choice of an answer that is not streamed. */
  record Choice(String text, List<ToolCall> calls, List<Logprob> logprobs, String finishReason) {}

  Buffer role(int choice) {
    return chatChunk(
        choice,
        json -> {
          json.writeStringField("role", "assistant");
          json.writeStringField("content", "");
        });
  }

  /**
   * A piece of text.
   *
   * @param textOffset characters of the choice before it
   */
  Buffer text(int choice, String text, List<Logprob> tokens, int textOffset) {
    return chunk(json -> {
      json.writeNumberField("index", choice);
      if (chat) {
        json.writeObjectFieldStart("delta");
        json.writeStringField("content", text);
        json.writeEndObject();
      } else {
        json.writeStringField("text", text);
      }
      writeLogprobs(json, tokens, textOffset);
      json.writeNullField("finish_reason");
    });
  }

  Buffer callBegins(int choice, ToolCall call) {
    return chatChunk(
        choice,
        json -> {
          json.writeArrayFieldStart("tool_calls");
          json.writeStartObject();
          json.writeNumberField("index", call.index());
          writeCall(json, call);
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  Buffer callArguments(int choice, int call, String piece) {
    return chatChunk(
        choice,
        json -> {
          json.writeArrayFieldStart("tool_calls");
          json.writeStartObject();
          json.writeNumberField("index", call);
          json.writeObjectFieldStart("function");
          json.writeStringField("arguments", piece);
          json.writeEndObject();
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  Buffer finish(int choice, String reason) {
    return chunk(json -> {
      json.writeNumberField("index", choice);
      if (chat) {
        json.writeObjectFieldStart("delta");
        json.writeEndObject();
      } else {
        json.writeStringField("text", "");
      }
      json.writeNullField("logprobs");
      json.writeStringField("finish_reason", reason);
    });
  }

  Buffer usage(Usage usage) {
    return Json.object(json -> {
      writeHead(json, true);
      json.writeArrayFieldStart("choices");
      json.writeEndArray();
      writeUsage(json, usage);
    });
  }

  /** A whole answer. */
  Buffer whole(List<Choice> choices, Usage usage) {
    return Json.object(json -> {
      writeHead(json, false);
      json.writeArrayFieldStart("choices");
      for (int i = 0; i < choices.size(); i++) {
        json.writeStartObject();
        json.writeNumberField("index", i);
        writeWhole(json, choices.get(i));
        json.writeEndObject();
      }
      json.writeEndArray();
      writeUsage(json, usage);
    });
  }

  static void writeUsage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.promptTokens());
    json.writeNumberField("completion_tokens", usage.completionTokens());
    json.writeNumberField("total_tokens", usage.totalTokens());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", usage.cachedPromptTokens());
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoningTokens());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeWhole(JsonGenerator json, Choice choice) throws IOException {
    if (chat) {
      json.writeObjectFieldStart("message");
      json.writeStringField("role", "assistant");
      if (choice.calls().isEmpty()) {
        json.writeStringField("content", choice.text());
      } else {
        json.writeNullField("content");
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : choice.calls()) {
          json.writeStartObject();
          writeCall(json, call);
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeNullField("refusal");
      json.writeEndObject();
    } else {
      json.writeStringField("text", choice.text());
    }
    writeLogprobs(json, choice.logprobs(), 0);
    json.writeStringField("finish_reason", choice.finishReason());
  }

  private static void writeCall(JsonGenerator json, ToolCall call) throws IOException {
    json.writeStringField("id", call.id());
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", call.name());
    json.writeStringField("arguments", call.arguments());
    json.writeEndObject();
  }

  private Buffer chatChunk(int choice, Json.Fields delta) {
    return chunk(json -> {
      json.writeNumberField("index", choice);
      json.writeObjectFieldStart("delta");
      delta.write(json);
      json.writeEndObject();
      json.writeNullField("logprobs");
      json.writeNullField("finish_reason");
    });
  }

  private Buffer chunk(Json.Fields choice) {
    return Json.object(json -> {
      writeHead(json, true);
      json.writeArrayFieldStart("choices");
      json.writeStartObject();
      choice.write(json);
      json.writeEndObject();
      json.writeEndArray();
      if (announcesUsage) {
        json.writeNullField("usage");
      }
    });
  }

  private void writeHead(JsonGenerator json, boolean chunk) throws IOException {
    json.writeStringField("id", id);
    String object = chunk ? "chat.completion.chunk" : "chat.completion";
    json.writeStringField("object", chat ? object : "text_completion");
    json.writeNumberField("created", created);
    json.writeStringField("model", model);
    json.writeStringField("system_fingerprint", fingerprint);
  }

  private void writeLogprobs(JsonGenerator json, List<Logprob> tokens, int textOffset)
      throws IOException {
    if (!logprobs) {
      json.writeNullField("logprobs");
      return;
    }
    json.writeObjectFieldStart("logprobs");
    if (chat) {
      json.writeArrayFieldStart("content");
      for (Logprob token : tokens) {
        writeChatLogprob(json, token, true);
      }
      json.writeEndArray();
      json.writeNullField("refusal");
    } else {
      writeTextLogprobs(json, tokens, textOffset);
    }
    json.writeEndObject();
  }

  private static void writeChatLogprob(JsonGenerator json, Logprob token, boolean withTop)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("token", token.token());
    json.writeNumberField("logprob", token.logprob());
    json.writeArrayFieldStart("bytes");
    for (byte b : token.token().getBytes(StandardCharsets.UTF_8)) {
      json.writeNumber(b & 0xff);
    }
    json.writeEndArray();
    if (withTop) {
      json.writeArrayFieldStart("top_logprobs");
      for (Logprob alternative : token.top()) {
        writeChatLogprob(json, alternative, false);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void writeTextLogprobs(JsonGenerator json, List<Logprob> tokens, int textOffset)
      throws IOException {
    json.writeArrayFieldStart("tokens");
    for (Logprob token : tokens) {
      json.writeString(token.token());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("token_logprobs");
    for (Logprob token : tokens) {
      json.writeNumber(token.logprob());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("top_logprobs");
    for (Logprob token : tokens) {
      json.writeStartObject();
      for (Logprob alternative : token.top()) {
        json.writeNumberField(alternative.token(), alternative.logprob());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("text_offset");
    int offset = textOffset;
    for (Logprob token : tokens) {
      json.writeNumber(offset);
      offset += token.token().length();
    }
    json.writeEndArray();
  }
}
