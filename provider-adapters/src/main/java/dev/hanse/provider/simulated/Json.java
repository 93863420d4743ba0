package dev.hanse.provider.simulated;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON in and out. */
final class Json {
  // Deeper than any schema of a tool, shallower than any stack.
  private static final int MOST_NESTING = 200;

  /** Reads request bodies; refuses what comes after the first value. */
  static final ObjectMapper READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_NESTING).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes one object's fields. */
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /** An object on one line. */
  static Buffer object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  /** An OpenAI error object, without the envelope. */
  static Buffer error(String message, String type, String param, String code) {
    return object(json -> {
      json.writeStringField("message", message);
      json.writeStringField("type", type);
      if (param.isEmpty()) {
        json.writeNullField("param");
      } else {
        json.writeStringField("param", param);
      }
      json.writeStringField("code", code);
    });
  }
}
