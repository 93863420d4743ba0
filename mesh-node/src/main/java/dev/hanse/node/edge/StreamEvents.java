package dev.hanse.node.edge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events as OpenAI sends them: each one line of JSON behind {@code data:}, then an
 * empty line.
 *
 * <p>Source: WHATWG HTML, section 9.2; the chunks as read by openai-python's {@code _streaming.py}.
 */
final class StreamEvents {
  static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");
  static final Buffer KEEP_ALIVE = Buffer.buffer(": keep-alive\n\n");

  private static final byte[] HEAD = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL_USAGE = ",\"usage\":null".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] USAGE_NAME = "\"usage\"".getBytes(StandardCharsets.US_ASCII);
  private static final JsonFactory JSON = new JsonFactory();

  private StreamEvents() {}

  static Buffer event(Buffer json) {
    byte[] bytes = oneLine(json);
    return Buffer.buffer(HEAD.length + bytes.length + TAIL.length)
        .appendBytes(HEAD)
        .appendBytes(bytes)
        .appendBytes(TAIL);
  }

  /**
   * A chunk for a client that asked for usage: such a client is promised {@code "usage":null} on
   * every chunk before the last. Engines that were asked for usage mostly say it themselves.
   */
  static Buffer eventBeforeUsage(Buffer json) {
    byte[] bytes = oneLine(json);
    int brace = bytes.length - 1;
    while (brace > 0 && bytes[brace] == ' ') {
      brace--;
    }
    // Inside a JSON string the quotes would be escaped, so this finds field names only.
    if (brace <= 0 || bytes[brace] != '}' || contains(bytes, USAGE_NAME)) {
      return event(json);
    }
    return Buffer.buffer(HEAD.length + bytes.length + NULL_USAGE.length + TAIL.length)
        .appendBytes(HEAD)
        .appendBytes(bytes, 0, brace)
        .appendBytes(NULL_USAGE)
        .appendBytes(bytes, brace, 1)
        .appendBytes(TAIL);
  }

  /**
   * The usage chunk of an engine that sends none.
   *
   * @param chunk any chunk of the same stream: id, created, model and object are its
   */
  static Buffer usageChunk(Buffer chunk, Usage usage) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    copyIdentity(chunk, result);
    result.putArray("choices");
    ObjectNode counts = result.putObject("usage");
    counts.put("prompt_tokens", usage.promptTokens());
    counts.put("completion_tokens", usage.completionTokens());
    counts.put("total_tokens", usage.totalTokens());
    counts.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedPromptTokens());
    counts.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
    return Buffer.buffer(result.toString());
  }

  private static void copyIdentity(Buffer chunk, ObjectNode target) {
    try (JsonParser parser = JSON.createParser(chunk.getBytes())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (field) {
          case "id", "object", "model", "system_fingerprint" -> {
            if (value == JsonToken.VALUE_STRING) {
              target.put(field, parser.getText());
            }
          }
          case "created" -> {
            if (value == JsonToken.VALUE_NUMBER_INT) {
              target.put(field, parser.getLongValue());
            }
          }
          default -> {
            var _ = parser.skipChildren();
          }
        }
      }
    } catch (IOException _) {
      // The chunk has been sent as it was; a usage chunk with fewer fields is still usage.
    }
  }

  /** Line breaks between JSON tokens would end the event; within strings they are escaped. */
  private static byte[] oneLine(Buffer json) {
    byte[] bytes = json.getBytes();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        bytes[i] = ' ';
      }
    }
    return bytes;
  }

  private static boolean contains(byte[] text, byte[] word) {
    int last = text.length - word.length;
    for (int i = 0; i <= last; i++) {
      int matched = 0;
      while (matched < word.length && text[i + matched] == word[matched]) {
        matched++;
      }
      if (matched == word.length) {
        return true;
      }
    }
    return false;
  }
}
