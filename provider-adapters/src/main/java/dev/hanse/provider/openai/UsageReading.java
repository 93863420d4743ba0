package dev.hanse.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hanse.provider.Usage;
import java.io.IOException;

/** Reads an OpenAI {@code usage} object. Absurd numbers are brought back to sense. Pure. */
final class UsageReading {
  /** More tokens than any request can have; beyond it a report is a defect. */
  private static final long MOST = 1_000_000_000L;

  private long prompt;
  private long completion;
  private long total;
  private long cached;
  private long reasoning;

  private UsageReading() {}

  /** The parser stands on the object's start and is left on its end. */
  static Usage read(JsonParser parser) throws IOException {
    UsageReading reading = new UsageReading();
    reading.object(parser);
    long completion =
        reading.completion == 0 && reading.total > reading.prompt
            ? reading.total - reading.prompt
            : reading.completion;
    return new Usage(
        reading.prompt,
        Math.min(reading.cached, reading.prompt),
        completion,
        Math.min(reading.reasoning, completion),
        true);
  }

  private void object(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT
          && (name.equals("prompt_tokens_details") || name.equals("completion_tokens_details"))) {
        object(parser);
      } else if (value.isNumeric()) {
        keep(name, (long) Math.clamp(parser.getDoubleValue(), 0.0, (double) MOST));
      } else {
        parser.skipChildren();
      }
    }
  }

  private void keep(String name, long tokens) {
    switch (name) {
      case "prompt_tokens" -> prompt = tokens;
      case "completion_tokens" -> completion = tokens;
      case "total_tokens" -> total = tokens;
      case "cached_tokens" -> cached = tokens;
      case "reasoning_tokens" -> reasoning = tokens;
      default -> {
        // Audio, images and what engines will think of next: part of the sums already.
      }
    }
  }
}
