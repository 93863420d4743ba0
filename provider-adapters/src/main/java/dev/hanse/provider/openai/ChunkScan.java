package dev.hanse.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.MalformedAnswer;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands in one chunk, or in one whole answer, found in a single pass over its bytes. Pure.
 */
final class ChunkScan {
  /**
   * One element of {@code choices}.
   *
   * @param finishReason empty where the choice goes on
   * @param textChars characters of text in it, whatever kind
   * @param substance whether it says more than its role
   */
  record Choice(int index, String finishReason, long textChars, boolean substance) {}

  private static final Set<String> TEXT =
      Set.of("content", "reasoning_content", "reasoning", "refusal", "arguments", "text");
  private static final int MAX_CHOICES = 1024;

  private final byte[] json;
  private final List<JsonBytes.Member> members;
  private final List<Choice> choices = new ArrayList<>(2);
  private @Nullable Usage usage;
  private boolean usageMember;
  private boolean error;
  private boolean list;

  /**
   * @throws MalformedAnswer when the bytes are not one JSON object
   */
  ChunkScan(byte[] json) throws MalformedAnswer {
    this.json = json;
    this.members = JsonBytes.members(json, this::member);
  }

  List<Choice> choices() {
    return choices;
  }

  /** What the engine reports, where it does. */
  Optional<Usage> usage() {
    return Optional.ofNullable(usage);
  }

  /** Whether it is an error in place of a chunk. */
  boolean isError() {
    return error;
  }

  /** Whether it holds a {@code data} list: embeddings. */
  boolean isList() {
    return list;
  }

  /** The chunk on one line as it came. */
  Buffer whole() {
    return Buffer.buffer(JsonBytes.singleLine(json));
  }

  /** The chunk on one line without a {@code usage} member. */
  Buffer withoutUsage() {
    if (!usageMember) {
      return whole();
    }
    List<byte @Nullable []> replaced = new ArrayList<>(members.size());
    for (JsonBytes.Member member : members) {
      replaced.add(member.name().equals("usage") ? new byte[0] : null);
    }
    return Buffer.buffer(JsonBytes.joined(json, members, replaced));
  }

  /** The usage chunk clients expect: this one with no choices. */
  Buffer withoutChoices() {
    if (choices.isEmpty()) {
      return whole();
    }
    List<byte @Nullable []> replaced = new ArrayList<>(members.size());
    for (JsonBytes.Member member : members) {
      replaced.add(
          member.name().equals("choices")
              ? "\"choices\":[]".getBytes(StandardCharsets.US_ASCII)
              : null);
    }
    return Buffer.buffer(JsonBytes.joined(json, members, replaced));
  }

  /** The bytes, for {@link ErrorReading}. */
  byte[] bytes() {
    return Arrays.copyOf(json, json.length);
  }

  private void member(String name, JsonParser parser) throws IOException, MalformedAnswer {
    JsonToken value = parser.currentToken();
    switch (name) {
      case "choices" -> {
        if (value == JsonToken.START_ARRAY) {
          choices(parser);
        } else if (value != JsonToken.VALUE_NULL) {
          throw new MalformedAnswer("choices is not a list");
        }
      }
      case "usage" -> {
        usageMember = true;
        if (value == JsonToken.START_OBJECT) {
          usage = UsageReading.read(parser);
        }
      }
      case "error" -> error = value != JsonToken.VALUE_NULL;
      case "object" -> {
        if (value == JsonToken.VALUE_STRING && parser.getText().equals("error")) {
          error = true;
        }
      }
      case "data" -> list = value == JsonToken.START_ARRAY;
      default -> {
        // Passed through as it is.
      }
    }
  }

  private void choices(JsonParser parser) throws IOException, MalformedAnswer {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT || choices.size() >= MAX_CHOICES) {
        throw new MalformedAnswer("choices holds something else than choices, or too many");
      }
      choices.add(choice(parser));
    }
  }

  private static Choice choice(JsonParser parser) throws IOException, MalformedAnswer {
    int index = 0;
    String finishReason = "";
    Substance substance = new Substance();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "index" -> {
          if (value == JsonToken.VALUE_NUMBER_INT) {
            index = parser.getIntValue();
          } else {
            parser.skipChildren();
          }
        }
        case "finish_reason" -> {
          if (value == JsonToken.VALUE_STRING) {
            finishReason = parser.getText();
          } else {
            parser.skipChildren();
          }
        }
        case "delta", "message", "text" -> substance.read(parser, name);
        default -> parser.skipChildren();
      }
    }
    return new Choice(
        index, finishReason, substance.textChars, substance.any || !finishReason.isEmpty());
  }

  /** What a delta says beyond its role. */
  private static final class Substance {
    long textChars;
    boolean any;

    void read(JsonParser parser, String rootName) throws IOException, MalformedAnswer {
      int depth = 0;
      JsonToken token = parser.currentToken();
      while (true) {
        if (token == null) {
          throw new MalformedAnswer("not JSON");
        }
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token.isScalarValue()) {
          scalar(parser, token, rootName);
        }
        if (depth == 0) {
          return;
        }
        token = parser.nextToken();
      }
    }

    private void scalar(JsonParser parser, JsonToken token, String rootName) throws IOException {
      String name = parser.currentName() == null ? rootName : parser.currentName();
      if (token == JsonToken.VALUE_NULL || "role".equals(name)) {
        return;
      }
      if (token != JsonToken.VALUE_STRING) {
        any = true;
        return;
      }
      int length = parser.getTextLength();
      any |= length > 0;
      if (TEXT.contains(name)) {
        textChars += length;
      }
    }
  }
}
