package dev.hanse.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.hanse.provider.http.MalformedAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object as bytes, and where in them its members stand. Reads strictly (RFC 8259, UTF-8
 * only) and keeps every byte as it came, so that numbers keep their digits and strings their
 * escapes.
 */
final class JsonBytes {
  /** Deeper than any real request, shallow enough for every stack. */
  static final int MAX_DEPTH = 256;

  /** A member of the outermost object: its decoded name, and its bytes from name to value's end. */
  record Member(String name, int from, int to) {}

  /** Reads a member's value. The parser stands on the value's first token; leave it on its last. */
  interface Visitor {
    void value(String name, JsonParser parser) throws IOException, MalformedAnswer;
  }

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(4096)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private JsonBytes() {}

  /**
   * The members of the object these bytes are.
   *
   * @throws MalformedAnswer when they are anything else
   */
  static List<Member> members(byte[] json, Visitor visitor) throws MalformedAnswer {
    requireUtf8(json);
    List<Member> members = new ArrayList<>(12);
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedAnswer("not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        int from = tokenStart(parser);
        parser.nextToken();
        visitor.value(name, parser);
        members.add(new Member(name, from, valueEnd(parser)));
      }
      if (parser.nextToken() != null) {
        throw new MalformedAnswer("something follows the JSON object");
      }
      return members;
    } catch (IOException | IllegalStateException notJson) {
      throw new MalformedAnswer("not JSON");
    }
  }

  /** Where the parser's token begins. */
  static int tokenStart(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /** Where the value ends on whose first or last token the parser stands; skips to its end. */
  static int valueEnd(JsonParser parser) throws IOException {
    parser.skipChildren();
    parser.finishToken();
    return (int) parser.currentLocation().getByteOffset();
  }

  /** The object made of these members, each as it came or as replaced, on one line. */
  static byte[] joined(byte[] json, List<Member> members, List<byte @Nullable []> replaced) {
    var out = new ByteArrayOutputStream(json.length + 64);
    out.write('{');
    boolean first = true;
    for (int i = 0; i < members.size(); i++) {
      byte @Nullable [] instead = i < replaced.size() ? replaced.get(i) : null;
      if (instead != null && instead.length == 0) {
        continue;
      }
      if (!first) {
        out.write(',');
      }
      first = false;
      if (instead != null) {
        out.write(instead, 0, instead.length);
      } else {
        Member member = members.get(i);
        out.write(json, member.from(), member.to() - member.from());
      }
    }
    for (int i = members.size(); i < replaced.size(); i++) {
      byte @Nullable [] added = replaced.get(i);
      if (added != null) {
        if (!first) {
          out.write(',');
        }
        first = false;
        out.write(added, 0, added.length);
      }
    }
    out.write('}');
    return singleLine(out.toByteArray());
  }

  /**
   * The same JSON on one line. A line end can stand between tokens only: within strings JSON
   * demands that it is escaped.
   */
  static byte[] singleLine(byte[] json) {
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        json[i] = ' ';
      }
    }
    return json;
  }

  /** Jackson would also read UTF-16 and UTF-32, which the bytes' offsets do not survive. */
  private static void requireUtf8(byte[] json) throws MalformedAnswer {
    for (int i = 0; i < Math.min(4, json.length); i++) {
      if (json[i] == 0 || (json[i] & 0xFE) == 0xFE || (json[i] & 0xFF) == 0xEF) {
        throw new MalformedAnswer("not JSON in UTF-8 without a byte-order mark");
      }
    }
  }
}
