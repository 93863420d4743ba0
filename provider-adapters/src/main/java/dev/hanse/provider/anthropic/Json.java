package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.http.MalformedAnswer;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads and makes JSON trees that keep every digit and allow no name twice. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(256)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * The object these bytes are.
   *
   * @throws MalformedAnswer when they are anything else
   */
  static ObjectNode read(byte[] json) throws MalformedAnswer {
    try {
      JsonNode root = MAPPER.readTree(json);
      if (root instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException | IllegalStateException notJson) {
      throw new MalformedAnswer("not JSON");
    }
    throw new MalformedAnswer("not a JSON object");
  }

  static ObjectNode read(String json) throws MalformedAnswer {
    return read(json.getBytes(StandardCharsets.UTF_8));
  }

  /** On one line. */
  static Buffer write(JsonNode node) {
    try {
      return Buffer.buffer(MAPPER.writeValueAsBytes(node));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a JSON tree could not be written", impossible);
    }
  }

  static String text(JsonNode node) {
    return write(node).toString(StandardCharsets.UTF_8);
  }
}
