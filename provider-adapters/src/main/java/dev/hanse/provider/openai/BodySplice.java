package dev.hanse.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.hanse.provider.Operation;
import dev.hanse.provider.http.MalformedAnswer;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's body as the engine must see it: the engine's name of the model, streaming as decided,
 * and usage asked for. All other members keep their bytes and their order. Pure.
 *
 * <p>Names are compared decoded, so {@code "mod\u005cu0065l"} is the model, and every member of
 * such a name is replaced: an engine cannot see another model than the one that was authorised and
 * priced by reading the other of two.
 *
 * @param body for the engine
 * @param promptChars characters of text the prompt holds, for engines that report no usage
 */
record BodySplice(Buffer body, long promptChars) {
  private static final Set<String> PROMPT_MEMBERS = Set.of("messages", "prompt", "input", "tools");

  private static final class Reading {
    long promptChars;
  }

  /**
   * @throws MalformedAnswer when the body is not one JSON object in UTF-8
   */
  static BodySplice of(Buffer body, Operation operation, String model, boolean stream)
      throws MalformedAnswer {
    byte[] json = body.getBytes();
    Reading reading = new Reading();
    List<byte @Nullable []> replaced = new ArrayList<>();
    byte[] modelMember = member("model", "\"" + quoted(model) + "\"");
    boolean streams = stream && operation != Operation.EMBEDDING;
    byte[] streamMember = member("stream", Boolean.toString(streams));
    boolean[] seen = new boolean[3];
    List<JsonBytes.Member> members =
        JsonBytes.members(
            json,
            (name, parser) -> {
              byte @Nullable [] instead = null;
              switch (name) {
                case "model" -> {
                  instead = modelMember;
                  seen[0] = true;
                }
                case "stream" -> {
                  instead = streamMember;
                  seen[1] = true;
                }
                case "stream_options" -> {
                  if (!streams) {
                    // Left for the engine to judge.
                    instead = null;
                  } else if (seen[2]) {
                    // A second one is void.
                    instead = new byte[0];
                  } else {
                    instead = streamOptions(json, parser);
                    seen[2] = true;
                  }
                }
                default -> {
                  if (PROMPT_MEMBERS.contains(name)) {
                    reading.promptChars += textChars(parser);
                  }
                }
              }
              replaced.add(instead);
            });
    if (!seen[0]) {
      replaced.add(modelMember);
    }
    if (!seen[1] && streams) {
      replaced.add(streamMember);
    }
    if (!seen[2] && streams) {
      replaced.add(member("stream_options", "{\"include_usage\":true}"));
    }
    return new BodySplice(
        Buffer.buffer(JsonBytes.joined(json, members, replaced)), reading.promptChars);
  }

  /** The member with usage asked for; null, to leave it alone, where it is not an object. */
  private static byte @Nullable [] streamOptions(byte[] json, JsonParser parser)
      throws IOException, MalformedAnswer {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return member("stream_options", "{\"include_usage\":true}");
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return null;
    }
    int from = JsonBytes.tokenStart(parser);
    byte[] options = Arrays.copyOfRange(json, from, JsonBytes.valueEnd(parser));
    List<byte @Nullable []> replaced = new ArrayList<>();
    List<JsonBytes.Member> members =
        JsonBytes.members(
            options,
            (name, inner) -> replaced.add(name.equals("include_usage") ? new byte[0] : null));
    replaced.add(member("include_usage", "true"));
    String object =
        new String(JsonBytes.joined(options, members, replaced), StandardCharsets.UTF_8);
    return member("stream_options", object);
  }

  /** Characters of every string below the value, names and data URLs left out. */
  private static long textChars(JsonParser parser) throws IOException {
    long chars = 0;
    int depth = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
        depth++;
      } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING) {
        String name = parser.currentName();
        if (!"url".equals(name) && !"data".equals(name)) {
          chars += parser.getTextLength();
        }
      }
      if (depth == 0) {
        return chars;
      }
      token = parser.nextToken();
      if (token == null) {
        return chars;
      }
    }
  }

  private static byte[] member(String name, String json) {
    return ("\"" + name + "\":" + json).getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }
}
