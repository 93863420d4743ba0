package dev.hanse.provider.simulated;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hanse.provider.simulated.answer.Embedding;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** Writes the answer to an embeddings request. */
final class EmbeddingJson {
  private EmbeddingJson() {}

  static Buffer of(Job.Embeddings job) {
    return Json.object(json -> {
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (int i = 0; i < job.vectors().size(); i++) {
        json.writeStartObject();
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", i);
        json.writeFieldName("embedding");
        writeVector(json, job.vectors().get(i), job.base64());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("model", job.model());
      json.writeStringField("system_fingerprint", job.fingerprint());
      json.writeObjectFieldStart("usage");
      json.writeNumberField("prompt_tokens", job.promptTokens());
      json.writeNumberField("total_tokens", job.promptTokens());
      json.writeEndObject();
    });
  }

  private static void writeVector(JsonGenerator json, Embedding vector, boolean base64)
      throws IOException {
    if (base64) {
      json.writeString(vector.base64());
      return;
    }
    json.writeStartArray();
    for (int i = 0; i < vector.dimensions(); i++) {
      json.writeNumber(vector.coordinate(i));
    }
    json.writeEndArray();
  }
}
